//! The walk over a JSON template.

use crate::diag::{Diagnostic, Diagnostics};
use crate::template::value::{Kind, Object, Value};

use super::builder_types::NewNames;
use super::component::Component;
use super::{Extent, Role, apply};

/// A service that took boxes and is gone; nothing can be sent to it.
const GONE_POST_PROCESSOR: &str = "atlas";

pub(super) fn fix(template: &mut Object, extent: Extent, diagnostics: &mut Diagnostics) {
    let mut document = Document { extent, new_names: NewNames::default(), diagnostics };
    for builder in items(template, "builders") {
        document.builder(builder);
    }
    for provisioner in items(template, "provisioners") {
        document.provisioner(provisioner);
    }
    if let Some(provisioner) = template.get_mut("error-cleanup-provisioner") {
        document.provisioner(provisioner);
    }
    if let Some(Kind::List(sequences)) = template.get_mut("post-processors").map(|value| &mut value.kind) {
        document.post_processors(sequences);
    }
}

struct Document<'a> {
    extent: Extent,
    new_names: NewNames,
    diagnostics: &'a mut Diagnostics,
}

impl Document<'_> {
    fn builder(&mut self, value: &mut Value) {
        if let Kind::Map(builder) = &mut value.kind {
            self.new_names.rename_builder(builder, self.extent, self.diagnostics);
            self.component(Role::Builder, builder);
        }
    }

    fn provisioner(&mut self, value: &mut Value) {
        let Kind::Map(provisioner) = &mut value.kind else { return };
        self.new_names.rename_in(provisioner);
        self.component(Role::Provisioner, provisioner);
        let kind = kind_of(provisioner);
        let Some(Kind::Map(overrides)) = provisioner.get_mut("override").map(|value| &mut value.kind) else { return };
        for (_, options) in &mut overrides.entries {
            if let Kind::Map(options) = &mut options.kind {
                self.options(Role::Provisioner, &kind, options);
            }
        }
    }

    /// A sequence that is left without a step is none.
    fn post_processors(&mut self, sequences: &mut Vec<Value>) {
        sequences.retain_mut(|sequence| match &mut sequence.kind {
            Kind::List(steps) => {
                let was_empty = steps.is_empty();
                steps.retain_mut(|step| self.keep_post_processor(step));
                was_empty || !steps.is_empty()
            }
            _ => self.keep_post_processor(sequence),
        });
    }

    /// Mends a post-processor; false when it does nothing any more.
    fn keep_post_processor(&mut self, value: &mut Value) -> bool {
        let is_gone = match &mut value.kind {
            Kind::String(kind) => kind == GONE_POST_PROCESSOR,
            Kind::Map(post_processor) => {
                self.new_names.rename_in(post_processor);
                self.component(Role::PostProcessor, post_processor);
                kind_of(post_processor) == GONE_POST_PROCESSOR
            }
            _ => false,
        };
        if is_gone {
            let message = format!("the service of the post-processor `{GONE_POST_PROCESSOR}` is gone");
            self.diagnostics.push(Diagnostic::warning(message).at(&value.span).help("it is left out; remove it"));
        }
        !is_gone
    }

    fn component(&mut self, role: Role, object: &mut Object) {
        let kind = kind_of(object);
        self.options(role, &kind, object);
    }

    fn options(&mut self, role: Role, kind: &str, options: &mut Object) {
        apply(self.extent, &mut Component { role, kind, options, diagnostics: self.diagnostics });
    }
}

/// The type, or nothing: what is good for all types is done all the same.
fn kind_of(object: &Object) -> String {
    match object.get("type").map(|value| &value.kind) {
        Some(Kind::String(kind)) => kind.clone(),
        _ => String::new(),
    }
}

fn items<'a>(object: &'a mut Object, key: &str) -> &'a mut [Value] {
    match object.get_mut(key).map(|value| &mut value.kind) {
        Some(Kind::List(items)) => items,
        _ => &mut [],
    }
}

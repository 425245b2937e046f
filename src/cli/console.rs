//! `console`: lines in, what they yield out.

use std::io::{BufRead, IsTerminal};

use clap::Args;

use super::inputs::OptionalTemplateArgs;
use super::load;
use crate::diag::Diagnostic;
use crate::error::exit;
use crate::io::secrets::Secrets;
use crate::plan::show;
use crate::source::SourceFile;
use crate::template::{Language, Template};
use crate::ui::{Reporter, Settings, Style, prompt};

#[derive(Debug, Args)]
pub(super) struct ConsoleArgs {
    #[command(flatten)]
    template: OptionalTemplateArgs,
}

pub(super) fn run(args: &ConsoleArgs, machine_readable: bool) -> u8 {
    let secrets = Secrets::default();
    // Answers are data, at a terminal too.
    let settings = Settings { machine_readable, ..Settings::default() };
    let mut ui = Reporter::stdout(settings, secrets.clone());
    let Some(loaded) = load::load_optional(&args.template, &mut ui, &secrets) else { return exit::FAILURE };
    let mut console = Console { template: &loaded.template, ui, failed: false };
    if std::io::stdin().is_terminal() { console.interactive() } else { console.piped() }
}

struct Console<'a> {
    template: &'a Template,
    ui: Reporter,
    failed: bool,
}

impl Console<'_> {
    /// Until `exit` or the end of the input. Mistakes at a prompt do not make the program fail.
    fn interactive(&mut self) -> u8 {
        while let Some(line) = prompt::ask(">") {
            if line == "exit" {
                break;
            }
            if let Some(text) = self.answer(&line).filter(|text| !text.is_empty()) {
                self.ui.text("", Style::Say, &text);
            }
        }
        exit::SUCCESS
    }

    /// Each line counts, but only what the last one yields is printed, as Packer does it for scripts.
    fn piped(&mut self) -> u8 {
        let mut last = None;
        for line in std::io::stdin().lock().split(b'\n') {
            match line {
                Ok(line) => last = self.answer(&String::from_utf8_lossy(&line)),
                Err(error) => self.complain(Diagnostic::error(format!("cannot read the standard input: {error}"))),
            }
        }
        self.ui.text("", Style::Say, &last.unwrap_or_default());
        if self.failed { exit::FAILURE } else { exit::SUCCESS }
    }

    /// What a line yields; nothing when it is wrong, which is said at once.
    fn answer(&mut self, line: &str) -> Option<String> {
        match line.trim() {
            "" | "exit" => Some(String::new()),
            "help" => Some(help(self.template.language()).to_owned()),
            "variables" => Some(show::variables_text(self.template).trim_end().to_owned()),
            line => {
                let source = SourceFile::new("<console>", line);
                self.template.evaluate(&source).map_err(|diagnostic| self.complain(diagnostic)).ok()
            }
        }
    }

    fn complain(&mut self, diagnostic: Diagnostic) {
        self.failed = true;
        load::show(&mut self.ui, &diagnostic.into());
    }
}

fn help(language: Language) -> &'static str {
    match language {
        Language::Json => {
            "Each line is a text as it stands in a JSON template. For example:

  {{timestamp}}              the time of the start, in seconds
  {{upper `x`}}-{{user `v`}}   a function, and the variable v

`variables` lists the variables, `help` shows this, `exit` ends.
Expressions of HCL2 are for templates in HCL2, or without a template for -config-type=hcl2."
        }
        Language::Hcl => {
            "Each line is an expression. For example:

  upper(var.name)            a function of a variable
  [for x in local.list : x]  a new list

`variables` lists variables and local values, `help` shows this, `exit` ends.
Texts with {{ }} are for templates in JSON."
        }
    }
}

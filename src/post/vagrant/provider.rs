//! Which Vagrant provider a box is for.

use super::Error;

/// The providers that boxes can be made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provider {
    Libvirt,
    VirtualBox,
    VMware,
}

/// Builder ids, Packer's and ours, and the provider that takes what they make.
const BUILDERS: &[(&str, &str)] = &[
    ("transcend.qemu", "libvirt"),
    ("mitchellh.virtualbox", "virtualbox"),
    (crate::post::ova::BUILDER_ID, "virtualbox"),
    ("mitchellh.vmware", "vmware"),
    ("mitchellh.vmware-esx", "vmware"),
    ("packer.parallels", "parallels"),
    ("MSOpenTech.hyperv", "hyperv"),
];

impl Provider {
    /// The template's word, or else what suits the builder.
    pub(super) fn choose(template: Option<&str>, builder_id: &str) -> Result<Self, Error> {
        let of_builder = || BUILDERS.iter().find(|(id, _)| *id == builder_id).map(|(_, provider)| *provider);
        match template.filter(|name| !name.is_empty()).or_else(of_builder) {
            Some("libvirt") => Ok(Self::Libvirt),
            Some("virtualbox") => Ok(Self::VirtualBox),
            Some("vmware") => Ok(Self::VMware),
            Some(provider) => Err(Error::UnsupportedProvider { provider: provider.into() }),
            None => Err(Error::UnknownBuilder { builder_id: builder_id.into() }),
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Libvirt => "libvirt",
            Self::VirtualBox => "virtualbox",
            Self::VMware => "vmware",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_has_the_last_word() {
        assert_eq!(Provider::choose(None, "transcend.qemu").unwrap(), Provider::Libvirt);
        assert_eq!(Provider::choose(Some("libvirt"), "packer.post-processor.artifice").unwrap(), Provider::Libvirt);
        let error = |name, id| Provider::choose(name, id).unwrap_err().to_string();
        assert_eq!(Provider::choose(None, "mitchellh.virtualbox").unwrap(), Provider::VirtualBox);
        assert_eq!(Provider::choose(Some("virtualbox"), "transcend.qemu").unwrap(), Provider::VirtualBox);
        assert!(error(Some("hyperv"), "transcend.qemu").contains("`hyperv` cannot be made"));
        assert!(error(None, "packer.post-processor.artifice").contains("provider_override"));
    }
}

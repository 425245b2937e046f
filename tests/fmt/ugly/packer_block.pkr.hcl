packer{
required_version=">= 1.6.0"
required_plugins{
qemu={version=">= 1.0"
source="github.com/hashicorp/qemu"}
}
}

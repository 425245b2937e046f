# Blocks that say something about programs and services: read, checked, and without effect on the builds.

packer {
  required_version = ">= 1.7.0, < 2"

  required_plugins {
    qemu = {
      version = ">= 1.0.9"
      source  = "github.com/hashicorp/qemu"
    }
    windows-update = {
      source  = "github.com/rgl/windows-update"
      version = "~> 0.14"
    }
  }
}

packer {
  required_plugins {
    vagrant = {
      version = "1.1.5"
      source  = "github.com/hashicorp/vagrant"
    }
  }
}

hcp_packer_registry {
  bucket_name = "top"
}

communicator "ssh" "unused" {
  ssh_username = "nobody"
}

source "null" "one" {
  communicator = "none"
}

build {
  sources = ["null.one"]

  hcp_packer_registry {
    bucket_name   = "bucket"
    bucket_labels = { team = "us" }
    build_labels  = { version = packer.version }
  }

  provisioner "shell-local" {
    inline = ["echo Packer ${packer.version}"]
  }
}

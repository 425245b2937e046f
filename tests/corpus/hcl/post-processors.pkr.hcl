# Each `post-processor` begins with the builder's artifact, and so does each `post-processors` sequence.

variable "version" {
  type    = string
  default = "1.2.0"
}

source "qemu" "box" {
  iso_url      = "iso/installer.iso"
  iso_checksum = "none"
  communicator = "none"
}

source "file" "text" {
  content = "text"
  target  = "text.txt"
}

build {
  sources = ["qemu.box", "file.text"]

  post-processor "checksum" {
    checksum_types      = ["sha256", "sha512"]
    output              = "sums/{{ .BuildName }}_{{ .ChecksumType }}.txt"
    keep_input_artifact = "true"
  }

  post-processors {
    post-processor "artifice" {
      only  = ["qemu.box"]
      files = ["out/*.qcow2", "out/list-${var.version}.txt"]
    }
    post-processor "vagrant" {
      only                 = ["qemu.box"]
      name                 = "boxed"
      output               = "box-{{ .Provider }}-${replace(var.version, ".", "_")}.box"
      compression_level    = "8"
      vagrantfile_template = "answers/Vagrantfile.tpl"
      include              = ["answers/motd"]
      keep_input_artifact  = false
    }
    post-processor "vagrant-cloud" {
      except  = ["file.text"]
      box_tag = "us/box"
      version = var.version
    }
  }

  post-processors {
    post-processor "compress" {
      output = "{{ .BuildName }}.tar.gz"
      format = null
    }
    post-processor "manifest" {
      strip_path  = true
      custom_data = { version = var.version, number = 1.50, flag = true }
    }
  }

  post-processors {
  }
}

# Blocks made from the elements of lists, sets and maps: in builds and in sequences.

variable "releases" {
  type = map(string)
  default = {
    noble = "24.04"
    jammy = "22.04"
  }
}

variable "scripts" {
  type    = list(string)
  default = ["scripts/setup.sh", "scripts/cleanup.sh"]
}

variable "sums" {
  type    = set(string)
  default = ["sha256", "md5"]
}

source "null" "plain" {
  ssh_username = "root"
  ssh_password = "secret"
}

build {
  name = "releases"

  dynamic "source" {
    for_each = var.releases
    labels   = ["null.plain"]

    content {
      name     = "v-${source.key}"
      ssh_host = "${source.key}.example"
    }
  }

  dynamic "provisioner" {
    for_each = var.scripts
    labels   = ["shell-local"]

    content {
      script       = provisioner.value
      pause_before = "${provisioner.key}s"
      env          = { INDEX = provisioner.key }
    }
  }

  dynamic "provisioner" {
    for_each = []
    labels   = ["shell-local"]

    content {
      inline = ["there is none of this"]
    }
  }

  dynamic "post-processor" {
    for_each = var.sums
    labels   = ["checksum"]

    content {
      checksum_types = [post-processor.value]
      output         = "${post-processor.key}.txt"
    }
  }

  post-processors {
    dynamic "post-processor" {
      for_each = ["zip", "tar.gz"]
      iterator = format
      labels   = ["compress"]

      content {
        output = "{{ .BuildName }}-${source.name}-${format.key}.${format.value}"
      }
    }
  }
}

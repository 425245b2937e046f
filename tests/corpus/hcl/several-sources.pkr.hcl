# One source in several builds, sources with additions, and components for some of them only.

variable "everywhere" {
  type    = bool
  default = true
}

source "null" "one" {
  communicator = "none"
}

source "null" "two" {
  communicator = "none"
}

source "null" "guest" {
  ssh_username = "root"
}

source "unheard-of" "nobody" {
  uses = "it, so nobody looks at it"
}

build {
  name        = "first"
  description = "Three sources, one of them as a block"
  sources     = ["source.null.two", "null.one"]

  source "null.guest" {
    name     = "renamed"
    ssh_host = "${source.name}.example"
    ssh_port = 2222

    ssh_password = "secret"
  }

  provisioner "shell-local" {
    name   = "all"
    inline = ["echo ${source.type} ${source.name}"]

    override = {
      one     = { inline = ["echo only for one"], env = { A = "1" } }
      renamed = { valid_exit_codes = [0, 2] }
      guest   = { inline = ["echo by the name that it has no more"] }
    }
  }

  provisioner "shell" {
    only   = ["null.renamed"]
    inline = ["id"]
  }

  provisioner "shell-local" {
    except = var.everywhere ? null : ["null.one"]
    only   = var.everywhere ? ["null.one", "null.two"] : null
    inline = ["echo for those that do not connect"]
  }

  provisioner "breakpoint" {
    only = ["null.guest"]
    note = "no build has this name"
  }

  post-processor "shell-local" {
    except = ["null.two"]
    inline = ["echo after ${source.name}"]
  }
}

build {
  sources = ["null.one"]

  provisioner "shell-local" {
    only   = ["null.one"]
    inline = ["echo again"]
  }
}

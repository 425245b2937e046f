# Sources made from the elements of a map, and blocks within them.

variable "releases" {
  type = map(string)
  default = {
    noble = "24.04"
    jammy = "22.04"
  }
}

dynamic "source" {
  for_each = var.releases
  iterator = release
  labels   = ["qemu", release.key]

  content {
    iso_url      = "http://192.0.2.1/${release.value}.iso"
    iso_checksum = "none"
    communicator = "none"

    dynamic "qemu_img_args" {
      for_each = release.key == "noble" ? ["preallocation=metadata"] : []

      content {
        create = ["-o", qemu_img_args.value]
      }
    }
  }
}

build {
  name = "releases"

  dynamic "source" {
    for_each = var.releases
    labels   = ["qemu.${source.key}"]

    content {
      name    = "v-${source.key}"
      vm_name = source.key
    }
  }
}

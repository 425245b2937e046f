# Alpine 3.22 as a Vagrant box, from the image for virtual machines. The build logs in as root, because the live system
# that installs knows no other user.

packer {
  required_plugins {
    qemu = {
      source  = "github.com/hashicorp/qemu"
      version = ">= 1.1.0"
    }
    vagrant = {
      source  = "github.com/hashicorp/vagrant"
      version = ">= 1.1.0"
    }
    virtualbox = {
      source  = "github.com/hashicorp/virtualbox"
      version = ">= 1.1.0"
    }
  }
}

variable "iso_url" {
  type    = string
  default = "https://dl-cdn.alpinelinux.org/alpine/v3.22/releases/x86_64/alpine-virt-3.22.2-x86_64.iso"
}

variable "iso_checksum" {
  type    = string
  default = "file:https://dl-cdn.alpinelinux.org/alpine/v3.22/releases/x86_64/alpine-virt-3.22.2-x86_64.iso.sha256"
}

variable "cpus" {
  type    = number
  default = 2
}

variable "memory" {
  type        = number
  description = "MB"
  default     = 512
}

variable "disk_size" {
  type        = number
  description = "MB"
  default     = 10240
}

variable "headless" {
  type    = bool
  default = true
}

variable "boot_wait" {
  type        = string
  description = "until the live system asks for a login"
  default     = "40s"
}

variable "ssh_password" {
  type        = string
  description = "the one that the seed sets"
  default     = "vagrant"
}

variable "box_directory" {
  type        = string
  description = "where the boxes go; beside this file when it is empty"
  default     = ""
}

locals {
  root          = "${path.root}/../.."
  box_directory = var.box_directory == "" ? path.root : var.box_directory
  boot_command = [
    "root<enter><wait5>",
    "setup-alpine -e -f http://{{ .HTTPIP }}:{{ .HTTPPort }}/answers && reboot<enter>",
  ]
  shutdown_command = "poweroff"
}

source "virtualbox-iso" "alpine" {
  vm_name              = "alpine-3.22"
  output_directory     = "${local.box_directory}/output-virtualbox"
  guest_os_type        = "Linux26_64"
  cpus                 = var.cpus
  memory               = var.memory
  gfx_vram_size        = 16
  gfx_controller       = "vmsvga"
  disk_size            = var.disk_size
  hard_drive_interface = "sata"
  headless             = var.headless
  iso_url              = var.iso_url
  iso_checksum         = var.iso_checksum
  http_directory       = "${local.root}/http/alpine"
  boot_wait            = var.boot_wait
  boot_command         = local.boot_command
  ssh_username         = "root"
  ssh_password         = var.ssh_password
  ssh_timeout          = "60m"
  guest_additions_mode = "disable" # they are one of its packages
  shutdown_command     = local.shutdown_command
}

source "qemu" "alpine" {
  vm_name          = "alpine-3.22.qcow2"
  output_directory = "${local.box_directory}/output-qemu"
  cpus             = var.cpus
  memory           = var.memory
  disk_size        = "${var.disk_size}M"
  headless         = var.headless
  iso_url          = var.iso_url
  iso_checksum     = var.iso_checksum
  http_directory   = "${local.root}/http/alpine"
  boot_wait        = var.boot_wait
  boot_command     = local.boot_command
  ssh_username     = "root"
  ssh_password     = var.ssh_password
  ssh_timeout      = "60m"
  shutdown_command = local.shutdown_command
}

build {
  sources = ["source.virtualbox-iso.alpine", "source.qemu.alpine"]

  provisioner "shell" {
    execute_command = "env {{ .Vars }} sh -eu '{{ .Path }}'"
    scripts = [
      "${local.root}/scripts/provision/vagrant.sh",
      "${local.root}/scripts/provision/network.sh",
      "${local.root}/scripts/provision/guest-additions.sh",
      "${local.root}/scripts/provision/cleanup.sh",
      "${local.root}/scripts/provision/minimize.sh",
    ]
  }

  post-processor "vagrant" {
    compression_level = 8
    output            = "${local.box_directory}/alpine-3.22_{{ .Provider }}.box"
  }
}

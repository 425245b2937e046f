# Fedora Server 43 as a Vagrant box, from the network installer. Its menu is GRUB's under BIOS and UEFI, so one boot
# command does for both: `-var firmware=efi`.

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
  default = "https://dl.fedoraproject.org/pub/fedora/linux/releases/43/Server/x86_64/iso/Fedora-Server-netinst-x86_64-43-1.6.iso"
}

variable "iso_checksum" {
  type    = string
  default = "file:https://dl.fedoraproject.org/pub/fedora/linux/releases/43/Server/x86_64/iso/Fedora-Server-43-1.6-x86_64-CHECKSUM"
}

variable "firmware" {
  type        = string
  description = "bios or efi"
  default     = "bios"

  validation {
    condition     = contains(["bios", "efi"], var.firmware)
    error_message = "The firmware is bios or efi."
  }
}

variable "cpus" {
  type    = number
  default = 2
}

variable "memory" {
  type        = number
  description = "MB"
  default     = 2048
}

variable "disk_size" {
  type        = number
  description = "MB"
  default     = 20480
}

variable "headless" {
  type    = bool
  default = true
}

variable "boot_wait" {
  type        = string
  description = "until the menu stands; it waits for 60 s"
  default     = "10s"
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
  # The entry above the first choice installs without testing the medium; its kernel stands in the third line.
  boot_command = [
    "<up>e<wait>",
    "<down><down><end>",
    " inst.text inst.ks=http://{{ .HTTPIP }}:{{ .HTTPPort }}/ks.cfg",
    "<f10>",
  ]
  shutdown_command = "echo '${var.ssh_password}' | sudo -S shutdown -P now"
}

source "virtualbox-iso" "fedora" {
  vm_name              = "fedora-43"
  output_directory     = "${local.box_directory}/output-virtualbox"
  guest_os_type        = "Fedora_64"
  firmware             = var.firmware
  cpus                 = var.cpus
  memory               = var.memory
  gfx_vram_size        = 16
  gfx_controller       = "vmsvga"
  disk_size            = var.disk_size
  hard_drive_interface = "sata"
  headless             = var.headless
  iso_url              = var.iso_url
  iso_checksum         = var.iso_checksum
  http_directory       = "${local.root}/http/fedora"
  boot_wait            = var.boot_wait
  boot_command         = local.boot_command
  ssh_username         = "vagrant"
  ssh_password         = var.ssh_password
  ssh_timeout          = "60m"
  guest_additions_mode = "disable" # they are one of its packages
  shutdown_command     = local.shutdown_command
}

source "qemu" "fedora" {
  vm_name          = "fedora-43.qcow2"
  output_directory = "${local.box_directory}/output-qemu"
  machine_type     = var.firmware == "efi" ? "q35" : "pc"
  efi_boot         = var.firmware == "efi"
  cpus             = var.cpus
  memory           = var.memory
  disk_size        = "${var.disk_size}M"
  headless         = var.headless
  iso_url          = var.iso_url
  iso_checksum     = var.iso_checksum
  http_directory   = "${local.root}/http/fedora"
  boot_wait        = var.boot_wait
  boot_command     = local.boot_command
  ssh_username     = "vagrant"
  ssh_password     = var.ssh_password
  ssh_timeout      = "60m"
  shutdown_command = local.shutdown_command
}

build {
  sources = ["source.virtualbox-iso.fedora", "source.qemu.fedora"]

  provisioner "shell" {
    execute_command = "echo '${var.ssh_password}' | {{ .Vars }} sudo -S -E sh -eu '{{ .Path }}'"
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
    output            = "${local.box_directory}/fedora-43_{{ .Provider }}.box"
  }
}

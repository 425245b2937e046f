# Debian 13 as a Vagrant box, from the network installer. Its menu is isolinux's under BIOS and GRUB's under UEFI
# (`-var firmware=efi`), which differ in how a command line is typed.

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
  default = "https://cdimage.debian.org/cdimage/archive/13.1.0/amd64/iso-cd/debian-13.1.0-amd64-netinst.iso"
}

variable "iso_checksum" {
  type    = string
  default = "file:https://cdimage.debian.org/cdimage/archive/13.1.0/amd64/iso-cd/SHA256SUMS"
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
  default     = 1024
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
  description = "until the menu stands; it waits for ever"
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
  # The host's name is asked for before the seed is fetched.
  answers = "auto=true priority=critical hostname=debian domain=localdomain url=http://{{ .HTTPIP }}:{{ .HTTPPort }}/preseed.cfg"
  boot_commands = {
    bios = ["<esc><wait>", "install ${local.answers}<enter>"]
    # in one line: keys that are typed while GRUB loads a file would be lost
    efi = [
      "c<wait>",
      "linux /install.amd/vmlinuz ${local.answers} ---; ",
      "initrd /install.amd/initrd.gz; ",
      "boot<enter>",
    ]
  }
  shutdown_command = "echo '${var.ssh_password}' | sudo -S shutdown -P now"
}

source "virtualbox-iso" "debian" {
  vm_name              = "debian-13"
  output_directory     = "${local.box_directory}/output-virtualbox"
  guest_os_type        = "Debian_64"
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
  http_directory       = "${local.root}/http/debian"
  boot_wait            = var.boot_wait
  boot_command         = local.boot_commands[var.firmware]
  ssh_username         = "vagrant"
  ssh_password         = var.ssh_password
  ssh_timeout          = "60m"
  guest_additions_path = "/home/vagrant/VBoxGuestAdditions_{{ .Version }}.iso"
  shutdown_command     = local.shutdown_command
}

source "qemu" "debian" {
  vm_name          = "debian-13.qcow2"
  output_directory = "${local.box_directory}/output-qemu"
  machine_type     = var.firmware == "efi" ? "q35" : "pc"
  efi_boot         = var.firmware == "efi"
  cpus             = var.cpus
  memory           = var.memory
  disk_size        = "${var.disk_size}M"
  headless         = var.headless
  iso_url          = var.iso_url
  iso_checksum     = var.iso_checksum
  http_directory   = "${local.root}/http/debian"
  boot_wait        = var.boot_wait
  boot_command     = local.boot_commands[var.firmware]
  ssh_username     = "vagrant"
  ssh_password     = var.ssh_password
  ssh_timeout      = "60m"
  shutdown_command = local.shutdown_command
}

build {
  sources = ["source.virtualbox-iso.debian", "source.qemu.debian"]

  provisioner "shell" {
    environment_vars = ["DEBIAN_FRONTEND=noninteractive"]
    execute_command  = "echo '${var.ssh_password}' | {{ .Vars }} sudo -S -E sh -eu '{{ .Path }}'"
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
    output            = "${local.box_directory}/debian-13_{{ .Provider }}.box"
  }
}

# Ubuntu Server 24.04 as a Vagrant box. Its menu is GRUB's under BIOS and UEFI, so one boot command does for both:
# `-var firmware=efi`.

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
  default = "https://releases.ubuntu.com/24.04.4/ubuntu-24.04.4-live-server-amd64.iso"
}

variable "iso_checksum" {
  type    = string
  default = "file:https://releases.ubuntu.com/24.04.4/SHA256SUMS"
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
  default     = 40960
}

variable "headless" {
  type    = bool
  default = true
}

variable "boot_wait" {
  type        = string
  description = "until the menu stands; it waits for 30 s"
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
  # All in one line: keys that are typed while GRUB loads a file would be lost.
  boot_command = [
    "c<wait>",
    "linux /casper/vmlinuz autoinstall ds=\"nocloud;s=http://{{ .HTTPIP }}:{{ .HTTPPort }}/\" ---; ",
    "initrd /casper/initrd; ",
    "boot<enter>",
  ]
  # The live system has an SSH server too, which lets nobody in; the seed stops it. Packer would give up after 10 refusals.
  ssh_handshake_attempts = 10000
  shutdown_command       = "echo '${var.ssh_password}' | sudo -S shutdown -P now"
}

source "virtualbox-iso" "ubuntu" {
  vm_name                = "ubuntu-24.04"
  output_directory       = "${local.box_directory}/output-virtualbox"
  guest_os_type          = "Ubuntu_64"
  firmware               = var.firmware
  cpus                   = var.cpus
  memory                 = var.memory
  gfx_vram_size          = 16
  gfx_controller         = "vmsvga"
  disk_size              = var.disk_size
  hard_drive_interface   = "sata"
  headless               = var.headless
  iso_url                = var.iso_url
  iso_checksum           = var.iso_checksum
  http_directory         = "${local.root}/http/ubuntu"
  boot_wait              = var.boot_wait
  boot_command           = local.boot_command
  ssh_username           = "vagrant"
  ssh_password           = var.ssh_password
  ssh_timeout            = "60m"
  ssh_handshake_attempts = local.ssh_handshake_attempts
  guest_additions_path   = "/home/vagrant/VBoxGuestAdditions_{{ .Version }}.iso"
  shutdown_command       = local.shutdown_command
}

source "qemu" "ubuntu" {
  vm_name                = "ubuntu-24.04.qcow2"
  output_directory       = "${local.box_directory}/output-qemu"
  machine_type           = var.firmware == "efi" ? "q35" : "pc"
  efi_boot               = var.firmware == "efi"
  cpus                   = var.cpus
  memory                 = var.memory
  disk_size              = "${var.disk_size}M"
  headless               = var.headless
  iso_url                = var.iso_url
  iso_checksum           = var.iso_checksum
  http_directory         = "${local.root}/http/ubuntu"
  boot_wait              = var.boot_wait
  boot_command           = local.boot_command
  ssh_username           = "vagrant"
  ssh_password           = var.ssh_password
  ssh_timeout            = "60m"
  ssh_handshake_attempts = local.ssh_handshake_attempts
  shutdown_command       = local.shutdown_command
}

build {
  sources = ["source.virtualbox-iso.ubuntu", "source.qemu.ubuntu"]

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
    output            = "${local.box_directory}/ubuntu-24.04_{{ .Provider }}.box"
  }
}

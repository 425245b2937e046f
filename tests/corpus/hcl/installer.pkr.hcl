# One template for two hypervisors, in the manner of published ones: everything is a variable, what is not
# set is null, and what follows from something else is a local value.

packer {
  required_version = ">= 1.7.0"
  required_plugins {
    qemu = {
      version = ">= 1.0.8"
      source  = "github.com/hashicorp/qemu"
    }
    virtualbox = {
      version = ">= 0.0.1"
      source  = "github.com/hashicorp/virtualbox"
    }
  }
}

variable "os_name" {
  type    = string
  default = "ubuntu"
}

variable "os_version" {
  type    = string
  default = "24.04"
}

variable "os_arch" {
  type    = string
  default = "x86_64"

  validation {
    condition     = var.os_arch == "x86_64" || var.os_arch == "aarch64"
    error_message = "The OS architecture is x86_64 or aarch64."
  }
}

variable "cpus" {
  type    = number
  default = 2
}

variable "memory" {
  type    = number
  default = null
}

variable "disk_size" {
  type    = number
  default = 65536
}

variable "headless" {
  type    = bool
  default = true
}

variable "sources_enabled" {
  type    = list(string)
  default = ["source.qemu.vm", "source.virtualbox-iso.vm"]
}

variable "scripts" {
  type    = list(string)
  default = null
}

variable "boot_command" {
  type    = list(string)
  default = null
}

variable "users" {
  type = map(object({ shell = string, keys = list(string) }))
  default = {
    vagrant = { shell = "/bin/bash", keys = ["ssh-ed25519 AAAA one", "ssh-ed25519 AAAA two"] }
    guest   = { shell = "/bin/sh", keys = [] }
  }
}

variable "ssh_password" {
  type      = string
  default   = "vagrant-password"
  sensitive = true
}

locals {
  box_name   = "${var.os_name}-${var.os_version}"
  memory     = var.memory == null ? (var.os_arch == "aarch64" ? 3072 : 2048) : var.memory
  output     = abspath("${path.root}/builds")
  scripts    = var.scripts == null ? ["scripts/setup.sh", "scripts/vagrant.sh", "scripts/cleanup.sh"] : var.scripts
  nocloud    = "autoinstall ds=nocloud-net;s=http://{{ .HTTPIP }}:{{ .HTTPPort }}/"
  boot_steps = var.boot_command == null ? ["<esc><wait>", "linux /casper/vmlinuz ${local.nocloud}<enter>", "boot<enter>"] : var.boot_command
  user_data  = <<-EOT
    #cloud-config
    autoinstall:
      identity: {hostname: ${local.box_name}}
      users:
    %{for name, user in var.users~}
      - name: ${name}
        shell: ${user.shell}
    %{for key in user.keys~}
        key: ${key}
    %{endfor~}
    %{endfor~}
  EOT
}

source "qemu" "vm" {
  accelerator  = var.os_arch == "x86_64" ? "tcg" : null
  machine_type = var.os_arch == "x86_64" ? "q35" : "virt"
  qemu_binary  = "qemu-system-${var.os_arch}"
  qemuargs = [
    ["-device", "virtio-rng-pci"],
    ["-name", "{{ .Name }}"],
  ]

  boot_command     = local.boot_steps
  boot_wait        = "10s"
  cd_label         = "cidata"
  cpus             = var.cpus
  disk_size        = var.disk_size
  headless         = var.headless
  http_content     = { "/user-data" = local.user_data, "/meta-data" = "" }
  iso_checksum     = "none"
  iso_url          = "iso/installer.iso"
  memory           = local.memory
  output_directory = "${local.output}/${source.type}-${local.box_name}"
  shutdown_command = "echo '${var.ssh_password}' | sudo -S shutdown -P now"
  ssh_password     = var.ssh_password
  ssh_timeout      = "15m"
  ssh_username     = "vagrant"
  vm_name          = local.box_name

  qemu_img_args {
    create  = ["-o", "preallocation=metadata"]
    convert = ["-o", "compression_type=zlib"]
  }
}

source "virtualbox-iso" "vm" {
  guest_os_type = "Ubuntu_64"
  vboxmanage = [
    ["modifyvm", "{{.Name}}", "--vram", "16"],
    ["modifyvm", "{{.Name}}", "--cpus", var.cpus],
  ]
  guest_additions_path = "VBoxGuestAdditions_{{.Version}}.iso"

  boot_command           = local.boot_steps
  cd_content             = { "user-data" = local.user_data, "meta-data" = jsonencode({ "instance-id" = local.box_name }) }
  cd_label               = "cidata"
  disk_size              = var.disk_size
  format                 = "ova"
  headless               = var.headless
  http_directory         = "http"
  iso_checksum           = "none"
  iso_url                = "iso/installer.iso"
  memory                 = local.memory
  output_directory       = "${local.output}/${source.type}-${local.box_name}"
  shutdown_command       = "echo '${var.ssh_password}' | sudo -S shutdown -P now"
  ssh_handshake_attempts = "100"
  ssh_password           = var.ssh_password
  ssh_timeout            = "10000s"
  ssh_username           = "vagrant"
}

build {
  sources = var.sources_enabled

  provisioner "shell" {
    environment_vars  = ["HOME_DIR=/home/vagrant", "http_proxy=${coalesce(null, "", "none")}"]
    execute_command   = "echo 'vagrant' | {{ .Vars }} sudo -S -E sh -eux '{{ .Path }}'"
    expect_disconnect = true
    scripts           = local.scripts
  }

  provisioner "windows-restart" {
    only = ["hyperv-iso.vm"]
  }

  post-processor "vagrant" {
    compression_level = 9
    output            = "${local.output}/${local.box_name}-{{ .Provider }}.box"
  }
}

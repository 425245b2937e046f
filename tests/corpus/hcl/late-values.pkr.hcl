# What only the running build knows, in HCL2 and in `{{ }}`.

locals {
  mark = "<<"
}

source "qemu" "late" {
  iso_url          = "iso/installer.iso"
  iso_checksum     = "none"
  vm_name          = "{{ build_name }}-${source.type}"
  http_directory   = "http"
  boot_command     = ["<esc>auto url=http://{{ .HTTPIP }}:{{ .HTTPPort }}/${source.name}.cfg hostname={{ .Name }}<enter>"]
  ssh_username     = "root"
  ssh_password     = "secret"
  shutdown_command = "echo '{{ isotime \"2006\" }}' && poweroff"
}

build {
  name    = "when-it-runs"
  sources = ["qemu.late"]

  provisioner "shell" {
    inline = [
      "echo ${build.ID} on ${build.Host}:${build.Port}",
      "echo plain",
      "echo '${upper(build.User)} ${local.mark} ${source.name} ${build.name}'",
    ]
    environment_vars = ["ADDRESS=${build.PackerHTTPAddr}", "NAME=${source.name}"]
    execute_command  = "chmod +x {{ .Path }}; {{ .Vars }} sudo -E {{ .Path }} ${build.ConnType}"
  }

  provisioner "shell-local" {
    env = {
      KEY      = build.SSHPrivateKeyFile
      WHO      = source.name
      FIRST    = substr(build.ID, 0, 3)
      GUARDED  = try(build.ID, "none")
      PASSWORD = build.Password
    }
    inline = [for word in ["a", "b"] : "echo ${word} ${build.ID}"]
  }

  provisioner "file" {
    source      = "answers/motd"
    destination = "/etc/${build.name}-{{ timestamp }}"
  }

  post-processor "shell-local" {
    inline           = ["ls ${build.ID}"]
    environment_vars = ["HOST=${build.Host}"]
  }

  post-processor "manifest" {
    output      = "{{ build_name }}.json"
    custom_data = { host = "${build.Host}", static = 1 }
  }
}

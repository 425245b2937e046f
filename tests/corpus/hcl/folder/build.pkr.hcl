build {
  sources = ["file.hcl", "source.file.json"]

  provisioner "shell-local" {
    inline  = ["true"]
    env     = { ROOT = path.root, FLAG = local.settings.flag, KEY = local.settings["KEY"] }
    script  = local.settings.none
    scripts = null
  }

  provisioner "shell-local" {
    script = "${path.root}/seed/prepare.sh"
  }
}

# Files of the template's folder, from functions; files of the working folder, from options.

variable "names" {
  type    = list(string)
  default = ["one", "two"]
}

source "file" "greeting" {
  target  = "greeting.txt"
  content = templatefile("texts/names.txt", { names = var.names, greeting = "Hello" })
}

source "file" "copied" {
  target = "motd.txt"
  source = "answers/motd"
}

source "file" "paths" {
  target = "paths.txt"
  content = join("\n", [
    path.root,
    path.cwd,
    file("${path.root}/texts/motd"),
    abspath("texts"),
    basename(path.root),
    fileexists("texts/motd") ? "there" : "not there",
  ])
}

build {
  sources = ["file.greeting", "file.copied", "file.paths"]

  provisioner "shell-local" {
    script = "scripts/setup.sh"
  }
}

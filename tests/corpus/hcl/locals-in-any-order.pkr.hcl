locals {
  greeting = "${local.word}, ${local.who}!"
  shout    = upper(local.greeting)
}

variable "who" {
  default = "world"
}

local "secret" {
  expression = "${local.who}-token"
  sensitive  = true
}

local "plain" {
  expression = { for name in ["a", "b"] : name => "${name}-${local.who}" }
}

locals {
  who  = var.who
  word = local.words[length(local.words) - 1]
}

locals {
  words = split(" ", "Good day Hello")
  read  = data.null.echo.output
  or    = try(data.missing.unknown.value, data.null.echo.value, "fallback")
}

data "null" "echo" {
  input = "${data.null.first.output} of ${local.plain["b"]}"
}

data "null" "first" {
  input = local.word
}

source "file" "note" {
  target  = "note.txt"
  content = "${local.shout} ${local.or}"
}

build {
  name    = local.who
  sources = ["file.note"]

  provisioner "shell-local" {
    inline           = ["echo ${local.read}"]
    environment_vars = ["TOKEN=${local.secret}"]
  }
}

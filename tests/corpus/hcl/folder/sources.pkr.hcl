source "file" "hcl" {
  target  = "${local.last}.txt"
  content = join("", [for origin in concat(local.origins, var.required) : "${origin}\n"])
}

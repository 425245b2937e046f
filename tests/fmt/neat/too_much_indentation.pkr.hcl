build {
  sources = ["a"]
  provisioner "shell" {
    inline = ["x"]
  }
}

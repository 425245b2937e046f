variable "x" {
  type    = list(object({ name = string, size = number }))
  default = []
}
variable "y" {
  type        = map(string)
  description = "d"
  sensitive   = true
}

# Values are converted to the type of their variable; without one, the default's type counts.

variable "text" {
  type        = string
  default     = 4096
  description = "A number becomes the text that it is written as"
}

variable "number" {
  type    = number
  default = "2.50"
}

variable "flag" {
  type    = bool
  default = "true"
}

variable "list" {
  type    = list(number)
  default = ["1", 2]
}

variable "set" {
  type    = set(string)
  default = ["b", "a", "b"]
}

variable "map" {
  type    = map(string)
  default = { memory = 1024, headless = true }
}

variable "tuple" {
  type    = tuple([string, bool])
  default = [1, "false"]
}

variable "disks" {
  type = list(object({
    name = string
    size = number
    tags = map(string)
  }))
  default = [
    { name = "root", size = "20480", tags = {} },
    { name = "data", size = 1024, tags = { 1 = true }, more = "is left out" },
  ]
}

variable "anything" {
  default = { nested = ["x", { y = null }] }
}

variable "none" {
  type    = string
  default = null
}

variable "checked" {
  type    = string
  default = "sha256:0123456789abcdef"

  validation {
    condition     = length(var.checked) > 7 && substr(var.checked, 0, 7) == "sha256:"
    error_message = "The checksum names its algorithm, as in sha256:..."
  }
  validation {
    condition     = can(regex("^[a-z0-9:]+$", var.checked))
    error_message = "Only small letters and digits are in a checksum."
  }
}

variable "password" {
  type      = string
  default   = "correct horse"
  sensitive = true
}

variables {
  short = "form"
  with  = ["several", "defaults"]
}

locals {
  from_text   = upper("${var.text}M")
  from_number = var.number * 2
  from_flag   = var.flag ? "yes" : "no"
  from_list   = var.list[0] + var.list[1]
  from_set    = join("-", var.set)
  from_map    = var.map["memory"]
  from_tuple  = "${var.tuple[0]}:${var.tuple[1]}"
  from_disks  = { for disk in var.disks : disk.name => disk.size }
  from_none   = var.none == null ? "nothing" : var.none
  from_secret = var.password
}

source "null" "any" {
  communicator = "none"
}

build {
  sources = ["null.any"]
}

#!/bin/sh -e
echo cleanup.sh

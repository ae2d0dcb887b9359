"""Runs that are recorded and fed to their controllers again: what comes of it is the same, or what differs is found."""

import json
import os
import signal
import subprocess
import time

import pytest
from conftest import BINARIES, ROOT, ccluster, config_of, wait_until
from segment import attach

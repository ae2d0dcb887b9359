"""Join a running cluster of receding-horizon controllers: its shared memory as NumPy arrays, its steps as a call.

>>> import ccluster
>>> with ccluster.Client.attach("go2") as client:
...     client.robot_state.joint_position[:] = client.homing       # [controllers, joints], the memory itself
...     report = client.solve()                                    # all controllers have settled
...     client.rhc_commands.joint_position                         # what they command

`Cluster` looks at a cluster, `Client` steps it, `RHController` is the base class of controllers, `launch` runs one for a script.
Every way to fail has an exception of its own below `ClusterError`.
"""

from ._buffers import Buffer, Field
from ._client import Client, Outcome, Report, Rows
from ._cluster import Cluster, Slot
from ._controller import Context, Input, JointLimits, Output, RHController
from ._errors import (
    ClientTaken, ClusterError, Detached, Invalid, LaunchFailed, NoAnswer, NotACluster, NotFound, NotReady, NotWritable,
    OtherUser, OutOfOrder, OutOfRange, ServerDead, ServerGone, SlotTaken, Stopped, SystemCallFailed, UnknownName, WrongABI,
    WrongSync, WrongType)
from ._launch import launch

__all__ = [
    "Buffer", "ClientTaken", "Client", "Cluster", "ClusterError", "Context", "Detached", "Field", "Input", "Invalid",
    "JointLimits", "LaunchFailed", "NoAnswer", "NotACluster", "NotFound", "NotReady", "NotWritable", "OtherUser", "OutOfOrder",
    "OutOfRange", "Outcome", "Output", "RHController", "Report", "Rows", "ServerDead", "ServerGone", "Slot", "SlotTaken",
    "Stopped", "SystemCallFailed", "UnknownName", "WrongABI", "WrongSync", "WrongType", "launch"]

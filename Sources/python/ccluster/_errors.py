"""What can go wrong, each thing a class of its own; the texts are the library's."""

from typing import Any


class ClusterError(Exception):
    """What went wrong in a cluster. The message says what, of which thing, and what to do where that helps."""


class NotFound(ClusterError):
    """No cluster of that name runs on this machine."""


class OtherUser(ClusterError):
    """Another user's cluster has the name."""


class NotReady(ClusterError):
    """The cluster is only just starting: its memory was not published in time."""


class ServerDead(ClusterError):
    """What is there is left over from a server that is gone."""


class WrongABI(ClusterError):
    """The cluster's memory has another version than this package."""


class NotACluster(ClusterError):
    """It is no cluster's memory, or damaged."""


class Stopped(ClusterError):
    """The cluster is stopping: time to end."""


class ServerGone(ClusterError):
    """The cluster's server has died: nobody will declare deaths any more."""


class ClientTaken(ClusterError):
    """Another live process, or this one, is the client."""


class SlotTaken(ClusterError):
    """Another live process runs that controller."""


class OutOfOrder(ClusterError):
    """`wait` without `trigger`, `trigger` twice, or two threads at once."""


class NoAnswer(ClusterError):
    """A controller has not carried a request out in time."""


class UnknownName(ClusterError, AttributeError):
    """There is no such buffer, field or column."""


class WrongType(ClusterError, TypeError):
    """The field holds another type."""


class WrongSync(ClusterError):
    """Rows of a `latest` buffer are read and written whole: `Buffer.read` and `Buffer.write`."""


class NotWritable(ClusterError):
    """Another role writes the buffer."""


class OutOfRange(ClusterError, IndexError):
    """There is no such controller or row."""


class Invalid(ClusterError, ValueError):
    """An argument, or a variable of the environment, makes no sense."""


class SystemCallFailed(ClusterError):
    """A system call failed: see `errno`."""

    errno: int = 0


class Detached(ClusterError):
    """The cluster was detached from. Arrays that were taken before stay valid, and show what the memory holds."""


class LaunchFailed(ClusterError):
    """`ccluster launch` ended, or did not come up in time. The message holds what it printed last."""


# In the order of `enum ccluster_code`, from 2 on.
_CLASSES = (
    NotFound, OtherUser, NotReady, ServerDead, WrongABI, NotACluster, Stopped, ServerGone, ClientTaken, SlotTaken, OutOfOrder,
    NoAnswer, UnknownName, WrongType, WrongSync, NotWritable, OutOfRange, Invalid, SystemCallFailed, ClusterError)


def error_of(told: Any) -> ClusterError:
    """The exception for what a C function has told."""
    error = _CLASSES[told.code - 2](told.message.decode())
    if isinstance(error, SystemCallFailed):
        error.errno = told.system_errno
    return error


def check(code: int, told: Any) -> int:
    """Raises what a C function has told, if it is an error; its code otherwise."""
    if code > 1:
        raise error_of(told)
    return code

"""The Go2 of its published URDF: as MuJoCo simulates it, and what a controller asks of it."""

import importlib.metadata
import xml.etree.ElementTree as ElementTree
from typing import Sequence

import mujoco
import numpy
from numpy.typing import NDArray

FOOT_RADIUS = 0.022  # m
FRICTION = 0.8  # of feet and trunk on the floor
TRUNK = (0.19, 0.05, 0.057)  # m, half the sides of a box as large as the trunk, so that a robot that falls lies on the floor
# Of the joints, as of Unitree's motors seen from behind their gears; the URDF has none of them.
ARMATURE, DAMPING = 0.01, 0.1  # kg*m^2, N*m*s/rad


def go2(contacts: Sequence[str], simulation_dt: float = 0.002) -> mujoco.MjModel:
    """The robot on a floor: a free joint named 'root', a motor for each joint, a sphere at each contact.

    contacts: names of the feet's links. simulation_dt: s.
    """
    spec = mujoco.MjSpec.from_string(_without_meshes())
    spec.option.timestep = simulation_dt
    spec.option.integrator = mujoco.mjtIntegrator.mjINT_IMPLICITFAST
    spec.option.cone = mujoco.mjtCone.mjCONE_ELLIPTIC
    spec.worldbody.add_geom(type=mujoco.mjtGeom.mjGEOM_PLANE, size=[0, 0, 1], friction=[FRICTION, 0.005, 0.0001])
    # Mass and inertia are the URDF's. Parts of the robot pass through each other, and only the floor stops them.
    body = {"mass": 0, "contype": 0, "conaffinity": 1, "friction": [FRICTION, 0.005, 0.0001]}
    spec.body("base").add_geom(type=mujoco.mjtGeom.mjGEOM_BOX, size=TRUNK, **body)
    for contact in contacts:
        spec.body(contact).add_geom(type=mujoco.mjtGeom.mjGEOM_SPHERE, size=[FOOT_RADIUS, 0, 0], **body)
    for joint in spec.joints:
        if joint.name != "root":
            joint.armature, joint.damping = ARMATURE, [DAMPING, 0, 0]
            spec.add_actuator(name=joint.name, target=joint.name, trntype=mujoco.mjtTrn.mjTRN_JOINT)
    return spec.compile()


def _without_meshes() -> str:
    """The URDF of PyPI's example-robot-data, whose root moves freely."""
    files = importlib.metadata.files("example-robot-data") or []
    robot = ElementTree.parse(next(file for file in files if file.name == "go2.urdf").locate()).getroot()
    for link in robot.iter("link"):
        for shape in link.findall("visual") + link.findall("collision"):
            link.remove(shape)
    ElementTree.SubElement(robot, "link", name="world")
    root = ElementTree.SubElement(robot, "joint", name="root", type="floating")
    ElementTree.SubElement(root, "parent", link="world")
    ElementTree.SubElement(root, "child", link="base")
    # Feet are links of their own, fixed to the calves, and have to stay.
    ElementTree.SubElement(ElementTree.SubElement(robot, "mujoco"), "compiler", fusestatic="false")
    return ElementTree.tostring(robot, encoding="unicode")


def rotation(quaternion: NDArray) -> NDArray:
    """The rotation matrix of a quaternion wxyz: [3, 3]."""
    matrix = numpy.zeros(9)
    mujoco.mju_quat2Mat(matrix, numpy.asarray(quaternion, float))
    return matrix.reshape(3, 3)


def quaternion(roll: float, pitch: float, yaw: float) -> NDArray:
    """wxyz, of rotations about x, then y, then z of the world, rad."""
    result = numpy.zeros(4)
    mujoco.mju_euler2Quat(result, numpy.array([roll, pitch, yaw]), "XYZ")
    return result


class Robot:
    """A Go2 in one state, and what follows from it. All vectors are in the world frame where nothing else is said."""

    def __init__(self, model: mujoco.MjModel, joints: Sequence[str], contacts: Sequence[str]):
        self.model, self.data = model, mujoco.MjData(model)
        self.positions = numpy.array([model.joint(joint).qposadr[0] for joint in joints])
        self.velocities = numpy.array([model.joint(joint).dofadr[0] for joint in joints])
        self.motors = numpy.array([model.actuator(joint).id for joint in joints])
        self.feet = [model.body(contact).id for contact in contacts]
        self.base = model.body("base").id

    def place(self, position: NDArray, orientation: NDArray, joint_position: NDArray) -> None:
        """At rest. position: of the root, m. orientation: wxyz. joint_position: rad, in the order of `joints`."""
        mujoco.mj_resetData(self.model, self.data)
        self.data.qpos[:3], self.data.qpos[3:7], self.data.qpos[self.positions] = position, orientation, joint_position

    def move(self, linear_velocity: NDArray, angular_velocity: NDArray, joint_velocity: NDArray) -> None:
        """linear_velocity: of the root, m/s. angular_velocity: rad/s. joint_velocity: rad/s, in the order of `joints`."""
        self.data.qvel[:3] = linear_velocity
        # MuJoCo keeps this one in the frame of the base.
        self.data.qvel[3:6] = rotation(self.data.qpos[3:7]).T @ angular_velocity
        self.data.qvel[self.velocities] = joint_velocity

    def update(self) -> None:
        """Computes what the properties below show of the state."""
        mujoco.mj_forward(self.model, self.data)
        mujoco.mj_subtreeVel(self.model, self.data)

    @property
    def mass(self) -> float:
        """kg"""
        return float(self.model.body_subtreemass[self.base])

    @property
    def angular_velocity(self) -> NDArray:
        """Of the trunk: [3] rad/s."""
        return rotation(self.data.qpos[3:7]) @ self.data.qvel[3:6]

    @property
    def centre_of_mass(self) -> NDArray:
        """[3] m"""
        return self.data.subtree_com[self.base]

    @property
    def centre_of_mass_velocity(self) -> NDArray:
        """[3] m/s"""
        return self.data.subtree_linvel[self.base]

    @property
    def inertia(self) -> NDArray:
        """Rotational inertia of the whole robot, its joints locked, about its centre of mass: [3, 3] kg*m^2."""
        xx, yy, zz, xy, xz, yz = self.data.crb[self.base][:6]
        return numpy.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])

    @property
    def contact_points(self) -> NDArray:
        """Where the feet touch the floor, or would: [contacts, 3] m."""
        return self.data.xpos[self.feet] - [0, 0, FOOT_RADIUS]

    def contact_jacobians(self) -> NDArray:
        """Velocities of the contact points by those of root (linear, then angular in the base frame) and joints:
        [contacts, 3, 6 + joints]."""
        jacobians = numpy.zeros((len(self.feet), 3, self.model.nv))
        for jacobian, point, foot in zip(jacobians, self.contact_points, self.feet):
            mujoco.mj_jac(self.model, self.data, jacobian, None, point, foot)
        return numpy.concatenate([jacobians[:, :, :6], jacobians[:, :, self.velocities]], axis=2)

    @property
    def bias(self) -> NDArray:
        """Torques that hold the legs against gravity and their own motion, the trunk unmoved: [joints] N*m."""
        return self.data.qfrc_bias[self.velocities]

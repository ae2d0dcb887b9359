// A controller in C++ with Eigen: the reference MPC, from its row of the state to its row of commands. `ccluster launch
// cluster.yaml` starts it, in as many processes as the config says; each runs `controllers.per_process` of them.
#include <algorithm>
#include <ccluster.hpp>
#include <cmath>
#include <cstdio>
#include <exception>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "joint_mpc.hpp"

namespace {

/// A field of the controller's row, if the config has it: joints in the controller's own order.
template <class Element>
class field {
 public:
  field() = default;
  /// @throws std::runtime_error when it has not that many elements
  field(const ccluster::controllers &mine, std::uint32_t slot, const std::string &buffer, const std::string &name,
      std::size_t count) {
    try {
      row_ = mine.row<Element>(slot, buffer, name);
    } catch (const ccluster::error &error) {
      if (error.code == CCLUSTER_ERROR_UNKNOWN_NAME) return;
      throw;
    }
    places_ = mine.map(buffer, name);
    if (places_.size() != count) {
      throw std::runtime_error(
          buffer + "." + name + " has " + std::to_string(places_.size()) + " elements, not " + std::to_string(count));
    }
  }

  explicit operator bool() const { return row_.has_value(); }
  std::size_t size() const { return places_.size(); }

  Eigen::VectorXd read() const {
    Eigen::VectorXd values(size());
    for (std::size_t index = 0; index < size(); index++) values(index) = (*row_)[places_[index]];
    return values;
  }

  /// Does nothing where there is no such field.
  template <class Values>
  void write(const Eigen::DenseBase<Values> &values) const {
    for (std::size_t index = 0; index < size(); index++) (*row_)[places_[index]] = static_cast<Element>(values(index));
  }

 private:
  std::optional<ccluster::elements<Element>> row_;
  std::vector<std::uint32_t> places_;
};

/// The four fields of joints that a buffer may have.
class joint_outputs {
 public:
  joint_outputs(const ccluster::controllers &mine, std::uint32_t slot, const std::string &buffer, std::size_t joints)
      : position_(mine, slot, buffer, "joint_position", joints),
        velocity_(mine, slot, buffer, "joint_velocity", joints),
        acceleration_(mine, slot, buffer, "joint_acceleration", joints),
        effort_(mine, slot, buffer, "joint_effort", joints) {}

  void write(const Eigen::VectorXd &position, const Eigen::VectorXd &velocity, const Eigen::VectorXd &acceleration,
      double inertia) const {
    position_.write(position);
    velocity_.write(velocity);
    acceleration_.write(acceleration);
    effort_.write(inertia * acceleration);
  }

 private:
  field<float> position_, velocity_, acceleration_, effort_;
};

/// What the config says of the problem: the parameters of the built-in `reference`, with its defaults.
struct problem {
  explicit problem(const ccluster::cluster &cluster, const std::vector<std::uint32_t> &joints)
      : nodes(static_cast<int>(cluster.info().nodes)), dt(cluster.info().horizon_dt) {
    const auto parameter = [&](const std::string &key) { return cluster.find_number("controllers.parameters." + key); };
    weights.position = parameter("weights.q").value_or(weights.position);
    weights.velocity = parameter("weights.v").value_or(weights.velocity);
    weights.acceleration = parameter("weights.a").value_or(weights.acceleration);
    // By default the last node stands for ten that a longer horizon would add.
    weights.terminal_position = parameter("weights.terminal_q").value_or(10 * weights.position);
    weights.terminal_velocity = parameter("weights.terminal_v").value_or(10 * weights.velocity);
    inertia = parameter("inertia").value_or(0);
    for (const auto joint : joints) {
      const auto limit = [&](const std::string &key) {
        return cluster.find_number("robot.limits." + std::to_string(joint) + "." + key);
      };
      limits.push_back({limit("lower").value_or(-joint_limits::none), limit("upper").value_or(joint_limits::none),
          limit("velocity").value_or(joint_limits::none), parameter("acceleration_limit").value_or(50)});
    }
  }

  int nodes;
  double dt;
  mpc_weights weights;
  std::vector<joint_limits> limits;
  /// kg*m^2 or kg: how much effort an acceleration takes.
  double inertia;
};

class controller {
 public:
  controller(const ccluster::cluster &cluster, const ccluster::controllers &mine, std::uint32_t slot)
      : cluster_(cluster),
        joints_(mine.map("robot_state", "joint_position")),
        problem_(cluster, joints_),
        mpc_(problem_.nodes, problem_.dt, problem_.weights, problem_.limits),
        position_(mine, slot, "robot_state", "joint_position", joints_.size()),
        velocity_(mine, slot, "robot_state", "joint_velocity", joints_.size()),
        position_reference_(mine, slot, "rhc_references", "joint_position", joints_.size()),
        velocity_reference_(mine, slot, "rhc_references", "joint_velocity", joints_.size()),
        contact_(mine, slot, "rhc_references", "contact", cluster.info().contacts),
        command_(mine, slot, "rhc_commands", joints_.size()),
        prediction_(mine, slot, "rhc_prediction", joints_.size()),
        contact_force_(mine, slot, "rhc_commands", "contact_force", 3 * cluster.info().contacts),
        cost_(mine, slot, "rhc_status", "cost", 1),
        violation_(mine, slot, "rhc_status", "constraint_violation", 1),
        iterations_(mine, slot, "rhc_status", "iterations", 1),
        node_cost_(mine, slot, "rhc_status", "node_cost", cluster.info().nodes),
        node_violation_(mine, slot, "rhc_status", "node_constraint_violation", cluster.info().nodes),
        fail_index_(mine, slot, "rhc_status", "fail_index", 1),
        homing_(joints_.size()) {
    if (!position_ || !velocity_)
      throw std::runtime_error("there are no robot_state.joint_position and joint_velocity to start from");
    for (std::size_t joint = 0; joint < joints_.size(); joint++) homing_(joint) = cluster.info().homing[joints_[joint]];
    for (const char *name : {"root_position", "root_orientation", "root_linear_velocity", "root_angular_velocity"}) {
      const std::size_t count = name == std::string("root_orientation") ? 4 : 3;
      base_.emplace_back(
          field<const float>(mine, slot, "robot_state", name, count), field<float>(mine, slot, "rhc_prediction", name, count));
    }
    if (cluster.text("robot.base") == "floating") weight_ = 9.81 * cluster.number("robot.mass");
  }

  /// @throws std::runtime_error when it cannot, saying why
  void solve() {
    const auto position = position_.read(), velocity = velocity_.read();
    const Eigen::VectorXd position_reference = position_reference_ ? position_reference_.read() : homing_;
    const Eigen::VectorXd velocity_reference =
        velocity_reference_ ? velocity_reference_.read() : Eigen::VectorXd::Zero(homing_.size());
    require_finite(position, "measured position");
    require_finite(velocity, "measured velocity");
    require_finite(position_reference, "position reference");
    require_finite(velocity_reference, "velocity reference");
    mpc_.solve(position, velocity, position_reference, velocity_reference);
    write_joints();
    write_forces();
    for (const auto &[measured, predicted] : base_) {
      // The model does not move the base.
      if (measured && predicted) predicted.write(measured.read());
    }
    write_status();
  }

 private:
  void require_finite(const Eigen::VectorXd &values, const std::string &what) const {
    for (std::size_t joint = 0; joint < joints_.size(); joint++) {
      if (std::isfinite(values(joint))) continue;
      throw std::runtime_error(
          what + " of '" + cluster_.info().joint_names[joints_[joint]] + "' is " + std::to_string(values(joint)));
    }
  }

  /// Commands are for the next cluster step, on the parabola of the interval that it is in; the prediction is the next node.
  void write_joints() const {
    // A time that should be a whole number of intervals belongs to the one that ends there.
    const double ahead = cluster_.info().cluster_dt / problem_.dt;
    const int last = problem_.nodes - 1, node = std::clamp(static_cast<int>(std::floor(ahead - 1e-9)), 0, last);
    const double elapsed = node < last ? (ahead - node) * problem_.dt : 0;
    const Eigen::VectorXd acceleration = mpc_.acceleration().row(node), velocity = mpc_.velocity().row(node);
    const Eigen::VectorXd position = mpc_.position().row(node);
    command_.write(position + elapsed * (velocity + elapsed / 2 * acceleration), velocity + elapsed * acceleration,
        acceleration, problem_.inertia);
    prediction_.write(mpc_.position().row(1), mpc_.velocity().row(1), mpc_.acceleration().row(1), problem_.inertia);
  }

  /// The robot's weight, shared by the contacts that shall touch.
  void write_forces() const {
    const std::size_t contacts = cluster_.info().contacts;
    const Eigen::ArrayXd is_touching =
        contact_ ? (contact_.read().array() != 0).cast<double>().eval() : Eigen::ArrayXd::Ones(contacts).eval();
    Eigen::VectorXd force = Eigen::VectorXd::Zero(3 * contacts);
    for (std::size_t contact = 0; contact < contacts; contact++) {
      if (is_touching(contact) != 0) force(3 * contact + 2) = weight_ / is_touching.sum();
    }
    contact_force_.write(force);
  }

  void write_status() const {
    const auto scalar = [](double value) { return Eigen::Matrix<double, 1, 1>(value); };
    cost_.write(scalar(mpc_.node_cost().sum()));
    violation_.write(scalar(mpc_.node_violation().maxCoeff()));
    iterations_.write(scalar(mpc_.iterations()));
    node_cost_.write(mpc_.node_cost());
    node_violation_.write(mpc_.node_violation());
    fail_index_.write(scalar(joints_.empty() ? 0 : mpc_.unconverged() / static_cast<double>(joints_.size())));
  }

  const ccluster::cluster &cluster_;
  /// For each of the controller's joints, its place among the robot's.
  std::vector<std::uint32_t> joints_;
  problem problem_;
  joint_mpc mpc_;
  field<const float> position_, velocity_, position_reference_, velocity_reference_;
  field<const std::uint8_t> contact_;
  joint_outputs command_, prediction_;
  field<float> contact_force_, cost_, violation_;
  field<std::int32_t> iterations_;
  field<float> node_cost_, node_violation_, fail_index_;
  std::vector<std::pair<field<const float>, field<float>>> base_;
  Eigen::VectorXd homing_;
  /// N, that the contacts share; 0 for a fixed base.
  double weight_ = 0;
};

void run() {
  const auto cluster = ccluster::cluster::launched(ccluster::role::controller);
  ccluster::controllers mine(cluster);
  std::map<std::uint32_t, controller> controllers;
  for (auto slot = mine.first(); slot < mine.first() + mine.count(); slot++) controllers.try_emplace(slot, cluster, mine, slot);
  mine.ready();
  while (const auto task = mine.next()) {
    try {
      // It remembers nothing from one step to the next, so that there is nothing to do for a reset.
      if (task->kind == CCLUSTER_TASK_SOLVE) controllers.at(task->slot).solve();
      mine.settle();
    } catch (const std::runtime_error &error) {
      mine.fail(error.what());
    }
  }
}

}  // namespace

int main() {
  try {
    run();
  } catch (const std::exception &error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}

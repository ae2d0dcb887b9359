#include "joint_mpc.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

namespace {

using Eigen::ArrayXd;

/// How exactly limits are kept, rad and rad/s; how exactly the cost is stationary, relative to its largest weight; and how
/// small a step is no progress any more, relative to the accelerations: what rounding leaves of them.
constexpr double kept = 1e-10, stationary = 1e-12, rounding = 1e-10;
/// How much stiffer a limit is at first than what it limits. Over random problems the median was 13 Newton steps, the most 150,
/// with anything from 1e3 to 1e5.
constexpr double stiffness = 1e4;
/// Many more than any sensible problem needs.
constexpr int most_rounds = 60, most_newton_steps = 200;

void require(bool is_so, const std::string &otherwise) {
  if (!is_so) throw std::invalid_argument(otherwise);
}

std::string text(double number) {
  std::string text = std::to_string(number);
  return text.erase(std::max(text.find_last_not_of('0'), text.find('.') + 1) + 1);
}

void validate(int nodes, double dt, const mpc_weights &weights, const std::vector<joint_limits> &limits) {
  require(nodes >= 2, "a horizon of " + std::to_string(nodes) + " nodes has no interval to act in");
  require(std::isfinite(dt) && dt > 0, "a horizon dt of " + text(dt) + " s is not positive");
  const std::pair<const char *, double> named[] = {{"q", weights.position}, {"v", weights.velocity},
      {"terminal_q", weights.terminal_position}, {"terminal_v", weights.terminal_velocity}};
  for (const auto &[name, weight] : named) {
    require(std::isfinite(weight) && weight >= 0,
        "weight '" + std::string(name) + "' is " + text(weight) + "; it must not be negative");
  }
  require(std::isfinite(weights.acceleration) && weights.acceleration > 0,
      "weight 'a' is " + text(weights.acceleration) + "; it must be positive, or the best trajectory is not unique");
  for (std::size_t joint = 0; joint < limits.size(); joint++) {
    const auto &[lower, upper, velocity, acceleration] = limits[joint];
    const std::string name = "joint " + std::to_string(joint);
    require(lower <= upper, name + " has position limits [" + text(lower) + ", " + text(upper) + "]");
    require(velocity > 0, name + " has velocity limit " + text(velocity) + "; it must be positive");
    require(acceleration > 0, name + " has acceleration limit " + text(acceleration) + "; it must be positive");
  }
}

/// Where a rising function that is negative at 0 comes close to 0, at 1 at most: regula falsi, Illinois variant.
template <class Function>
double crossing(const Function &function, double at_zero) {
  double low = 0, high = 1, at_low = at_zero, at_high = function(1);
  if (at_high <= 0) return 1;
  for (int trial = 0; trial < 40; trial++) {
    const double middle = low + (high - low) * at_low / (at_low - at_high), found = function(middle);
    if (std::abs(found) <= 1e-2 * std::abs(at_zero)) return middle;
    if (found < 0) {
      low = middle;
      at_low = found;
      at_high /= 2;
    } else {
      high = middle;
      at_high = found;
      at_low /= 2;
    }
  }
  return low;
}

}  // namespace

double joint_limits::violation(double q, double v) const {
  return std::max({0.0, lower - q, q - upper, std::abs(v) - velocity});
}

joint_mpc::joint_mpc(int nodes, double dt, const mpc_weights &weights, std::vector<joint_limits> limits)
    : intervals_(nodes - 1), dt_(dt), weights_(weights), limits_(std::move(limits)) {
  validate(nodes, dt, weights, limits_);
  const int n = intervals_, joints = static_cast<int>(limits_.size());
  lever_ = matrix::Zero(3 * n, n);
  lever_.topRows(n).setIdentity();
  for (int node = 1; node <= n; node++) {
    for (int interval = 0; interval < node; interval++) {
      lever_(n + node - 1, interval) = dt * dt * (node - interval - 0.5);
      lever_(2 * n + node - 1, interval) = dt;
    }
  }
  state_weight_.resize(2 * n);
  state_weight_.head(n).setConstant(weights.position);
  state_weight_.tail(n).setConstant(weights.velocity);
  state_weight_(n - 1) = weights.terminal_position;
  state_weight_(2 * n - 1) = weights.terminal_velocity;

  const auto states = lever_.bottomRows(2 * n);
  hessian_ = states.transpose() * state_weight_.asDiagonal() * states;
  hessian_.diagonal().array() += weights.acceleration;
  factor_.compute(hessian_);
  largest_weight_ = std::max(
      {weights.position, weights.velocity, weights.acceleration, weights.terminal_position, weights.terminal_velocity});
  compliance_ = (factor_.matrixL().solve(lever_.transpose())).colwise().squaredNorm();

  for (matrix *result : {&position_, &velocity_, &acceleration_}) *result = matrix::Zero(nodes, joints);
  node_cost_ = node_violation_ = vector::Zero(nodes);
}

void joint_mpc::solve(
    const vector &position, const vector &velocity, const vector &position_reference, const vector &velocity_reference) {
  const int n = intervals_, joints = static_cast<int>(limits_.size());
  const auto states = lever_.bottomRows(2 * n);
  // Where the joints go by themselves, and what that costs more with a little acceleration: [2N, joints] and [N, joints].
  matrix free(2 * n, joints), error(2 * n, joints);
  free.topRows(n) = vector::LinSpaced(n, dt_, n * dt_) * velocity.transpose();
  free.topRows(n).rowwise() += position.transpose();
  free.bottomRows(n).rowwise() = velocity.transpose();
  error.topRows(n) = free.topRows(n).rowwise() - position_reference.transpose();
  error.bottomRows(n) = free.bottomRows(n).rowwise() - velocity_reference.transpose();
  const matrix gradient = states.transpose() * (state_weight_.asDiagonal() * error);

  // All joints at once, as if they had no limits; then those whose limits that exceeds.
  acceleration_.topRows(n) = factor_.solve(-gradient);
  iterations_ = 1;
  unconverged_ = 0;
  for (int joint = 0; joint < joints; joint++) {
    vector undisturbed = vector::Zero(3 * n);
    undisturbed.tail(2 * n) = free.col(joint);
    keep_limits(limits_[joint], gradient.col(joint), undisturbed, acceleration_.col(joint).head(n));
  }
  const matrix reached = free + states * acceleration_.topRows(n);
  position_ << position.transpose(), reached.topRows(n);
  velocity_ << velocity.transpose(), reached.bottomRows(n);
  assess(position_reference, velocity_reference);
}

void joint_mpc::keep_limits(
    const joint_limits &limits, const vector &gradient, const vector &free, Eigen::Ref<vector> acceleration) {
  const int n = intervals_;
  // What a hard limit would have to pull with: against the references, with the largest weight at most; and to brake, which an
  // acceleration does with a lever of h^2/2 on the next position.
  const double price = 100 * (largest_weight_ + weights_.acceleration * std::min(limits.acceleration, 1e3) / (dt_ * dt_));
  const auto each = [n](double acceleration, double position, double velocity) {
    ArrayXd values(3 * n);
    values << ArrayXd::Constant(n, acceleration), ArrayXd::Constant(n, position), ArrayXd::Constant(n, velocity);
    return values;
  };
  limit_springs springs(each(-limits.acceleration, limits.lower, -limits.velocity),
      each(limits.acceleration, limits.upper, limits.velocity), each(joint_limits::none, price, price),
      stiffness / compliance_.array());
  if (springs.are_kept(free + lever_ * acceleration, kept)) return;

  int steps = 1;
  for (int round = 0;; round++) {
    steps += minimize(springs, gradient, free, acceleration);
    if (springs.settle(free + lever_ * acceleration) <= kept) break;
    if (round == most_rounds) {
      unconverged_++;
      break;
    }
  }
  iterations_ = std::max(iterations_, steps);
  acceleration = acceleration.cwiseMax(-limits.acceleration).cwiseMin(limits.acceleration);
}

int joint_mpc::minimize(
    const limit_springs &springs, const vector &gradient, const vector &free, Eigen::Ref<vector> acceleration) const {
  const int n = intervals_;
  const auto states = lever_.bottomRows(2 * n);
  for (int step = 0; step < most_newton_steps; step++) {
    const ArrayXd values = free + lever_ * acceleration;
    const auto [force, slope] = springs.at(values);
    const vector inclination = hessian_ * acceleration + gradient;
    const vector ascent = inclination + lever_.transpose() * force.matrix();
    if (ascent.lpNorm<Eigen::Infinity>() <= stationary * largest_weight_) return step;
    // The springs' curvature on top of the cost's; that of the accelerations' own lies on the diagonal.
    matrix curvature = hessian_;
    curvature.diagonal().array() += slope.head(n);
    curvature.noalias() += states.transpose() * slope.tail(2 * n).matrix().asDiagonal() * states;
    const vector direction = -curvature.llt().solve(ascent);

    // As far as it goes down: springs that are reached on the way make it steeper.
    const ArrayXd change = lever_ * direction;
    const double incline = inclination.dot(direction), bend = direction.dot(hessian_ * direction);
    const auto rise = [&](double length) {
      return incline + length * bend + (springs.at(values + length * change).force * change).sum();
    };
    const double length = crossing(rise, rise(0));
    acceleration += length * direction;
    if (length * direction.lpNorm<Eigen::Infinity>() <= rounding * (1 + acceleration.lpNorm<Eigen::Infinity>())) return step;
  }
  return most_newton_steps;
}

void joint_mpc::assess(const vector &position_reference, const vector &velocity_reference) {
  const int last = intervals_;
  const matrix position_error = position_.rowwise() - position_reference.transpose();
  const matrix velocity_error = velocity_.rowwise() - velocity_reference.transpose();
  const auto cost = [](const auto &position, double q, const auto &velocity, double v) {
    return (0.5 * (q * position.array().square() + v * velocity.array().square()).rowwise().sum()).eval();
  };
  node_cost_.head(last) =
      cost(position_error.topRows(last), weights_.position, velocity_error.topRows(last), weights_.velocity) +
      0.5 * weights_.acceleration * acceleration_.topRows(last).array().square().rowwise().sum();
  node_cost_.tail(1) =
      cost(position_error.bottomRows(1), weights_.terminal_position, velocity_error.bottomRows(1), weights_.terminal_velocity);
  node_violation_.setZero();
  for (int joint = 0; joint < position_.cols(); joint++) {
    for (int node = 0; node <= last; node++) {
      const double violation = limits_[joint].violation(position_(node, joint), velocity_(node, joint));
      node_violation_(node) = std::max(node_violation_(node), violation);
    }
  }
}

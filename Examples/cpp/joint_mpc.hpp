// Receding-horizon control of joints that do not act on one another, each a double integrator with limits.
//
//   minimize    sum_{k<N} 1/2 (w_q (q_k - q_ref)^2 + w_v (v_k - v_ref)^2 + w_a a_k^2)
//               + 1/2 (W_q (q_N - q_ref)^2 + W_v (v_N - v_ref)^2) + price of the limits exceeded
//   subject to  q_{k+1} = q_k + h v_k + h^2/2 a_k      v_{k+1} = v_k + h a_k        (exact for a_k held over h)
//               |a_k| <= a_max                          always
//               q_min <= q_k <= q_max,  |v_k| <= v_max  for k >= 1; d beyond one of them costs p (d + d^2/2)
//
// The price p is above any multiplier that a hard limit would have, so that limits are exceeded only where they cannot be kept.
//
// It is the problem of the built-in controller `reference`, which eliminates the accelerations and keeps the states (a Riccati
// recursion inside an interior-point method). Here the states are eliminated, and what is left, a small dense problem in the
// accelerations, is solved by the method of multipliers. The two share nothing but the optimum.
#ifndef JOINT_MPC_HPP
#define JOINT_MPC_HPP

#include <Eigen/Dense>
#include <limits>
#include <vector>

#include "limit_springs.hpp"

/// Of squared errors: 1/rad^2, 1/(rad/s)^2 and 1/(rad/s^2)^2, or of m.
struct mpc_weights {
  double position = 1;
  double velocity = 0.05;
  /// Positive, so that there is one best trajectory.
  double acceleration = 0.001;
  double terminal_position = 10;
  double terminal_velocity = 0.5;
};

/// What a joint can do; infinite is unlimited.
struct joint_limits {
  static constexpr double none = std::numeric_limits<double>::infinity();
  /// rad or m
  double lower = -none;
  double upper = none;
  /// rad/s or m/s, both ways
  double velocity = none;
  /// rad/s^2 or m/s^2, both ways
  double acceleration = none;

  /// How far a state is outside, 0 inside: the larger of rad and rad/s.
  double violation(double q, double v) const;
};

/// Solves all joints of a robot. Results are [nodes, joints], a column a joint; node 0 is what was measured.
class joint_mpc {
 public:
  using vector = Eigen::VectorXd;
  using matrix = Eigen::MatrixXd;

  /// @param nodes at least 2
  /// @param dt from one node to the next, s
  /// @throws std::invalid_argument for a problem that makes no sense, naming what of it
  joint_mpc(int nodes, double dt, const mpc_weights &weights, std::vector<joint_limits> limits);

  /// From measured states towards references that hold over the whole horizon: an element a joint, all finite.
  void solve(
      const vector &position, const vector &velocity, const vector &position_reference, const vector &velocity_reference);

  /// rad or m, rad/s or m/s
  const matrix &position() const { return position_; }
  const matrix &velocity() const { return velocity_; }
  /// rad/s^2 or m/s^2, held from a node to the next; 0 at the last one
  const matrix &acceleration() const { return acceleration_; }
  /// Stage costs, summed over the joints, without the price of exceeded limits: [nodes]
  const vector &node_cost() const { return node_cost_; }
  /// How far a joint is outside its limits at most, rad or rad/s: [nodes]
  const vector &node_violation() const { return node_violation_; }
  /// Newton steps of the joint that needed most; 1 when no limit was in the way
  int iterations() const { return iterations_; }
  /// Joints whose solution misses the tolerances; theirs is the best there is
  int unconverged() const { return unconverged_; }

 private:
  /// Improves a joint's accelerations, [N], if they exceed its limits. `gradient` is that of the cost by them, [N], and `free`
  /// what is limited without them, [3N].
  void keep_limits(const joint_limits &limits, const vector &gradient, const vector &free, Eigen::Ref<vector> acceleration);
  /// Minimizes the cost and what the springs store, from `acceleration` on.
  /// @return Newton steps
  int minimize(const limit_springs &springs, const vector &gradient, const vector &free, Eigen::Ref<vector> acceleration) const;
  void assess(const vector &position_reference, const vector &velocity_reference);

  int intervals_;
  double dt_;
  mpc_weights weights_;
  std::vector<joint_limits> limits_;

  /// What accelerations do to what is limited: themselves, positions and velocities at nodes 1 to N, [3N, N].
  matrix lever_;
  /// Of positions and velocities at nodes 1 to N, [2N].
  vector state_weight_;
  /// Second derivatives of the cost by the accelerations, and their Cholesky factor.
  matrix hessian_;
  Eigen::LLT<matrix> factor_;
  /// By how much each of what is limited yields to a force on it, [3N].
  vector compliance_;
  double largest_weight_;

  matrix position_, velocity_, acceleration_;
  vector node_cost_, node_violation_;
  int iterations_ = 0;
  int unconverged_ = 0;
};

#endif

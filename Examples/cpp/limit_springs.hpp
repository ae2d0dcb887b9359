// Limits as springs, for a minimization that knows no limits: the method of multipliers.
#ifndef LIMIT_SPRINGS_HPP
#define LIMIT_SPRINGS_HPP

#include <Eigen/Dense>
#include <limits>

/// A spring behind each limit of several quantities. A quantity that presses on one is let through a little. `settle` then
/// moves the spring inwards by as much, and after some rounds of minimizing and settling the quantity stands where the limit
/// is, and the spring's force is the limit's multiplier (Rockafellar, "The multiplier method of Hestenes and Powell applied to
/// convex programming", 1973).
class limit_springs {
 public:
  using array = Eigen::ArrayXd;

  struct pull {
    /// Positive towards smaller values: the derivative of what the springs store, and its derivative.
    array force, slope;
  };

  /// @param stiffness of each; the stiffer, the fewer rounds, until rounding shows
  /// @param price     p of being d beyond a limit, which costs p (d + d^2/2); infinite: it may not be
  limit_springs(array lower, array upper, array price, array stiffness)
      : lower_(std::move(lower)),
        upper_(std::move(upper)),
        price_(std::move(price)),
        stiffness_(std::move(stiffness)),
        force_(array::Zero(lower_.size())) {}

  bool are_kept(const array &values, double tolerance) const {
    return (values <= upper_ + tolerance && values >= lower_ - tolerance).all();
  }

  pull at(const array &values) const {
    const array pressed = values + force_ / stiffness_;
    const array depth = (pressed - upper_).max(lower_ - pressed).max(0.0);
    // A spring that pulls with more than the price gives way: what is beyond the limit then is paid for.
    const auto gives_way = stiffness_ * depth > price_;
    const array softened = gives_way.select(stiffness_ * price_ / (stiffness_ + price_), stiffness_);
    const array force = gives_way.select(softened * (1 + depth), stiffness_ * depth);
    return {(pressed > upper_).select(force, -force), (depth > 0).select(softened, 0.0)};
  }

  /// @return by how much the spring moved that moved most
  double settle(const array &values) {
    const array force = at(values).force;
    const array moved = ((force - force_) / stiffness_).abs();
    force_ = force;
    // One that goes on to move is too soft for what presses on it.
    stiffness_ = (moved > 0.1 * moved_).select(10 * stiffness_, stiffness_);
    moved_ = moved;
    return moved.maxCoeff();
  }

 private:
  array lower_, upper_, price_, stiffness_, force_;
  array moved_ = array::Constant(lower_.size(), std::numeric_limits<double>::infinity());
};

#endif

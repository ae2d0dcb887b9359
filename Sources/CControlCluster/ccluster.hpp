// libccluster for C++17: handles that free themselves, typed views of the shared memory, errors as exceptions.
//
//   ccluster::cluster cluster("go2", ccluster::role::simulator);
//   ccluster::client client(cluster);
//   auto position = cluster.columns<float>("robot_state", "joint_position");
//   auto command = cluster.columns<const float>("rhc_commands", "joint_position");
//   for (int step = 0; step < 1000; step++) {
//     position(robot, joint) = ...;
//     ccluster::report report = *client.solve();
//     ... command(robot, joint) ...
//   }
//
// A view keeps the memory mapped as long as it lives: it may outlive the handle that it came from, and the run. Which threads
// may call what is said in ccluster.h. Link with -lccluster (pkg-config ccluster; CMake: ccluster::ccluster).
#ifndef CCLUSTER_HPP
#define CCLUSTER_HPP

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "ccluster.h"

namespace ccluster {

using report = ::ccluster_report;
using task = ::ccluster_task;
using slots = std::vector<std::uint32_t>;

enum class role : std::int32_t {
  observer = CCLUSTER_ROLE_OBSERVER,
  simulator = CCLUSTER_ROLE_SIMULATOR,
  controller = CCLUSTER_ROLE_CONTROLLER,
  tool = CCLUSTER_ROLE_TOOL
};

/// What went wrong. Its code tells which it was.
class error : public std::runtime_error {
 public:
  explicit error(const ccluster_error &told)
      : std::runtime_error(told.message), code(static_cast<ccluster_code>(told.code)), system_errno(told.system_errno) {}
  error(ccluster_code code, const std::string &message) : std::runtime_error(message), code(code), system_errno(0) {}

  ccluster_code code;
  int system_errno;
};

namespace detail {

/// Calls a C function whose last parameter is its error, and throws that.
template <class Function, class... Arguments>
auto call(Function function, Arguments... arguments) {
  ccluster_error told;
  const auto result = function(arguments..., &told);
  if constexpr (std::is_pointer_v<decltype(result)>) {
    if (!result) throw error(told);
  } else {
    if (result != CCLUSTER_OK && result != CCLUSTER_PENDING) throw error(told);
  }
  return result;
}

/// The type of a field that is seen as such elements. A bool is seen as its byte: other programs may store any.
template <class Element>
constexpr ccluster_type type_of() {
  if constexpr (std::is_same_v<Element, char>) return CCLUSTER_TYPE_CHAR;
  else if constexpr (std::is_same_v<Element, std::int8_t>) return CCLUSTER_TYPE_I8;
  else if constexpr (std::is_same_v<Element, std::int16_t>) return CCLUSTER_TYPE_I16;
  else if constexpr (std::is_same_v<Element, std::int32_t>) return CCLUSTER_TYPE_I32;
  else if constexpr (std::is_same_v<Element, std::int64_t>) return CCLUSTER_TYPE_I64;
  else if constexpr (std::is_same_v<Element, std::uint8_t>) return CCLUSTER_TYPE_U8;
  else if constexpr (std::is_same_v<Element, std::uint16_t>) return CCLUSTER_TYPE_U16;
  else if constexpr (std::is_same_v<Element, std::uint32_t>) return CCLUSTER_TYPE_U32;
  else if constexpr (std::is_same_v<Element, std::uint64_t>) return CCLUSTER_TYPE_U64;
  else if constexpr (std::is_same_v<Element, float>) return CCLUSTER_TYPE_F32;
  else if constexpr (std::is_same_v<Element, double>) return CCLUSTER_TYPE_F64;
  else static_assert(std::is_same_v<Element, float>, "fields hold no elements of this type");
}

template <class Element>
const ccluster_field_info &field(const ::ccluster_cluster *cluster, const std::string &buffer, const std::string &name) {
  constexpr ccluster_type type = type_of<std::remove_const_t<Element>>();
  const auto *field = call(ccluster_find_field, cluster, buffer.c_str(), name.c_str(), std::int32_t{CCLUSTER_TYPE_ANY});
  if (type == CCLUSTER_TYPE_U8 && field->type == CCLUSTER_TYPE_BOOL) return *field;
  return *call(ccluster_find_field, cluster, buffer.c_str(), name.c_str(), std::int32_t{type});
}

/// How long to wait, in the form of C.
inline ccluster_wait wait_of(std::optional<double> timeout, std::optional<double> slice) {
  return {timeout.value_or(-1), slice.value_or(-1)};
}

}  // namespace detail

/// Elements side by side. Whoever lends them says how long they live.
template <class Element>
class elements {
 public:
  elements(Element *first, std::size_t count) : first_(first), count_(count) {}

  Element *begin() const { return first_; }
  Element *end() const { return first_ + count_; }
  Element *data() const { return first_; }
  std::size_t size() const { return count_; }
  Element &operator[](std::size_t index) const { return first_[index]; }

 private:
  Element *first_;
  std::size_t count_;
};

/// A field of a `step` buffer over all rows, in the memory itself: [rows, shape...], row-major. Rows are the simulator's
/// between two steps, and the controllers' while one is in flight.
template <class Element>
class columns {
 public:
  columns(std::shared_ptr<::ccluster_cluster> cluster, const ccluster_field_info &field)
      : cluster_(std::move(cluster)), field_(&field) {}

  /// Controllers, or 1.
  std::size_t rows() const { return field_->rows; }
  /// Elements of one row.
  std::size_t size() const { return field_->count; }
  /// Its names, dtype, shape, strides and unit.
  const ccluster_field_info &info() const { return *field_; }

  elements<Element> row(std::size_t row) const {
    return {static_cast<Element *>(ccluster_at(field_, static_cast<std::uint32_t>(row))), size()};
  }
  /// Neither is checked.
  Element &operator()(std::size_t row, std::size_t column) const { return this->row(row)[column]; }

 private:
  std::shared_ptr<::ccluster_cluster> cluster_;
  const ccluster_field_info *field_;
};

/// A cluster's memory in this process. Copies share it.
class cluster {
 public:
  /// Attaches to a running cluster.
  /// @param patience how long to wait for a memory that is only just being published, s
  explicit cluster(const std::string &name, role role = role::observer, double patience = 1)
      : cluster(name.c_str(), role, patience) {}

  /// Attaches to the one that this process was launched in.
  static cluster launched(role role) { return cluster(nullptr, role, 1); }

  ::ccluster_cluster *get() const { return handle_.get(); }
  const std::shared_ptr<::ccluster_cluster> &shared() const { return handle_; }

  const ccluster_info &info() const { return *ccluster_describe(get()); }
  bool is_stopping() const { return ccluster_is_stopping(get()) != 0; }

  const ccluster_buffer_info &buffer(const std::string &name) const {
    return *detail::call(ccluster_find_buffer, static_cast<const ::ccluster_cluster *>(get()), name.c_str());
  }

  /// A field in the memory itself: of `const` elements, or of ones to write, when this role writes that buffer.
  template <class Element>
  ccluster::columns<Element> columns(const std::string &buffer, const std::string &name) const {
    const auto &field = detail::field<Element>(get(), buffer, name);
    if (!field.data) {
      throw error(CCLUSTER_ERROR_WRONG_SYNC,
                  "buffer '" + buffer + "' is a latest one: its rows are read and written whole, with read_row and write_row");
    }
    if (!std::is_const_v<Element> && !field.is_writable) {
      throw error(CCLUSTER_ERROR_NOT_WRITABLE, "buffer '" + buffer + "' is not this role's to write: ask for const elements");
    }
    return {handle_, field};
  }

  /// Copies a row out, of a `latest` buffer complete and of one moment.
  /// @return how often it had been written; 0 in a `step` buffer
  std::uint64_t read_row(const std::string &buffer, std::uint32_t row, void *bytes) const {
    std::uint64_t version = 0;
    detail::call(ccluster_read_row, static_cast<const ::ccluster_cluster *>(get()), buffer.c_str(), row, bytes, &version);
    return version;
  }
  void write_row(const std::string &buffer, std::uint32_t row, const void *bytes) const {
    detail::call(ccluster_write_row, get(), buffer.c_str(), row, bytes);
  }

  /// A number of the description, by its path: "controllers.parameters.weights.0".
  double number(const std::string &path) const {
    double value = 0;
    detail::call(ccluster_number, static_cast<const ::ccluster_cluster *>(get()), path.c_str(), &value);
    return value;
  }
  /// The same; nothing where there is no such value, or null: of a joint without limits "robot.limits.0.upper".
  std::optional<double> find_number(const std::string &path) const {
    double value = 0;
    ccluster_error told;
    switch (ccluster_number(get(), path.c_str(), &value, &told)) {
      case CCLUSTER_OK: return value;
      case CCLUSTER_ERROR_UNKNOWN_NAME: return {};
      case CCLUSTER_ERROR_WRONG_TYPE:
        if (text(path) == "null") return {};
        [[fallthrough]];
      default: throw error(told);
    }
  }
  /// A text of the description; of what is no text its JSON.
  std::string text(const std::string &path) const {
    std::size_t length = 0;
    const ::ccluster_cluster *self = get();
    detail::call(ccluster_text, self, path.c_str(), static_cast<char *>(nullptr), std::size_t{0}, &length);
    std::vector<char> bytes(length + 1);
    detail::call(ccluster_text, self, path.c_str(), bytes.data(), bytes.size(), &length);
    return bytes.data();
  }

  ccluster_slot_info inspect(std::uint32_t slot) const {
    ccluster_slot_info info;
    detail::call(ccluster_inspect, static_cast<const ::ccluster_cluster *>(get()), slot, &info);
    return info;
  }

  /// Ask controllers for something, and wait until each has carried it out.
  void activate(const slots &slots, double timeout = 10) const { request(CCLUSTER_ASK_ACTIVATE, slots, timeout); }
  void deactivate(const slots &slots, double timeout = 10) const { request(CCLUSTER_ASK_DEACTIVATE, slots, timeout); }
  void reset(const slots &slots, double timeout = 10) const { request(CCLUSTER_ASK_RESET, slots, timeout); }

 private:
  cluster(const char *name, role role, double patience) {
    ::ccluster_cluster *handle = nullptr;
    detail::call(ccluster_attach, name, static_cast<std::int32_t>(role), patience, &handle);
    handle_ = {handle, ccluster_release};
  }

  void request(ccluster_slot_request request, const slots &slots, double timeout) const {
    detail::call(ccluster_request, get(), static_cast<std::int32_t>(request), slots.data(), slots.size(), timeout);
  }

  std::shared_ptr<::ccluster_cluster> handle_;
};

/// The one client of a cluster: steps it. Gives the cluster free when it goes.
class client {
 public:
  /// @param cluster attached as simulator
  explicit client(const ccluster::cluster &cluster) : controllers_(cluster.info().controllers) {
    ccluster_client *handle = nullptr;
    detail::call(ccluster_client_new, cluster.get(), &handle);
    handle_ = {handle, ccluster_client_drop};
  }

  /// Hands a step to all active controllers, and waits until each has settled.
  /// @param timeout those who have not answered by then are late, s; `solve_timeout` of the config by default
  /// @param slice it comes back by then with nothing, the step still in flight; then call wait
  std::optional<report> solve(std::optional<double> timeout = {}, std::optional<double> slice = {}) {
    return waiting(ccluster_client_solve, timeout, slice);
  }
  void trigger() { detail::call(ccluster_client_trigger, handle_.get()); }
  std::optional<report> wait(std::optional<double> timeout = {}, std::optional<double> slice = {}) {
    return waiting(ccluster_client_wait, timeout, slice);
  }

  /// A step that resets controllers: their rows hold the initial values, a failed one takes part again.
  report reset(const slots &slots, std::optional<double> timeout = {}) {
    return resetting(slots.data(), slots.size(), timeout);
  }
  report reset_all(std::optional<double> timeout = {}) { return resetting(nullptr, 0, timeout); }

  /// Copies a field out of all rows, [rows, shape...]. What a late controller may be writing at this moment is not copied, but what
  /// `on_failure` of the config says: so hand in what the last copy gave, and before the first one what is safe to command.
  /// @throws error INVALID when there is not room for exactly that many
  template <class Element>
  void copy(const columns<Element> &columns, std::vector<std::remove_const_t<Element>> &values) const {
    if (values.size() != columns.rows() * columns.size()) {
      throw error(CCLUSTER_ERROR_INVALID, "a copy of " + std::to_string(columns.rows() * columns.size()) + " elements goes into " +
                                              std::to_string(values.size()));
    }
    detail::call(ccluster_client_copy, handle_.get(), &columns.info(), static_cast<void *>(values.data()));
  }

  /// How each controller stood at the end of the last step: ccluster_outcome.
  std::vector<std::uint8_t> outcomes() const {
    std::vector<std::uint8_t> found(controllers_);
    ccluster_client_outcomes(handle_.get(), found.data(), nullptr);
    return found;
  }
  /// What the rows of each are worth now: ccluster_content.
  std::vector<std::uint8_t> contents() const {
    std::vector<std::uint8_t> found(controllers_);
    ccluster_client_outcomes(handle_.get(), nullptr, found.data());
    return found;
  }

 private:
  template <class Function>
  std::optional<report> waiting(Function function, std::optional<double> timeout, std::optional<double> slice) {
    const auto how = detail::wait_of(timeout, slice);
    report report;
    if (detail::call(function, handle_.get(), &how, &report) == CCLUSTER_PENDING) return {};
    return report;
  }

  report resetting(const std::uint32_t *slots, std::size_t count, std::optional<double> timeout) {
    const auto how = detail::wait_of(timeout, {});
    report report;
    detail::call(ccluster_client_reset, handle_.get(), slots, count, &how, &report);
    return report;
  }

  std::size_t controllers_;
  std::unique_ptr<ccluster_client, void (*)(ccluster_client *)> handle_{nullptr, ccluster_client_drop};
};

/// The controllers that this process runs.
///
///   ccluster::controllers mine(ccluster::cluster::launched(ccluster::role::controller));
///   auto command = mine.row<float>(mine.first(), "rhc_commands", "joint_position");
///   mine.ready();
///   while (auto task = mine.next()) {
///     command[0] = ...;
///     mine.settle();
///   }
class controllers {
 public:
  /// Those that this process was launched for.
  /// @param cluster attached as controller
  explicit controllers(const ccluster::cluster &cluster) : controllers(cluster, 0, 0) {}

  controllers(const ccluster::cluster &cluster, std::uint32_t first, std::uint32_t count) : cluster_(cluster) {
    ccluster_controllers *handle = nullptr;
    detail::call(ccluster_controllers_new, cluster.get(), first, count, &handle);
    handle_ = {handle, ccluster_controllers_drop};
    ccluster_controllers_slots(handle, &first_, &count_);
  }

  std::uint32_t first() const { return first_; }
  std::uint32_t count() const { return count_; }

  /// A field of a controller's row, as it is stored; lives as long as this. What controllers write is private until it settles.
  template <class Element>
  elements<Element> row(std::uint32_t slot, const std::string &buffer, const std::string &name) const {
    const auto &field = detail::field<Element>(cluster_.get(), buffer, name);
    if (!std::is_const_v<Element> && !field.is_writable) {
      throw error(CCLUSTER_ERROR_NOT_WRITABLE, "buffer '" + buffer + "' is not a controller's to write: ask for const elements");
    }
    auto *row = static_cast<char *>(detail::call(ccluster_controllers_row, handle_.get(), slot, buffer.c_str()));
    return {reinterpret_cast<Element *>(row + field.offset), static_cast<std::size_t>(field.count)};
  }

  /// For each element of a field as a controller sees it, its place in the field as it is stored: joints in the order of
  /// `controllers.joints`, quaternions as w, x, y, z.
  std::vector<std::uint32_t> map(const std::string &buffer, const std::string &name) const {
    const auto *field = detail::call(ccluster_find_field, static_cast<const ::ccluster_cluster *>(cluster_.get()), buffer.c_str(),
                                     name.c_str(), std::int32_t{CCLUSTER_TYPE_ANY});
    std::vector<std::uint32_t> map(field->count);
    std::size_t count = 0;
    detail::call(ccluster_controllers_map, handle_.get(), buffer.c_str(), name.c_str(), map.data(), &count);
    map.resize(count);
    return map;
  }

  /// Says that the controllers are built: steps may come.
  void ready() { ccluster_controllers_ready(handle_.get()); }

  /// Waits until a controller is asked for something, which must be settled before the next.
  /// @param slice it comes back by then, s; by default it waits as long as it takes
  /// @return nothing when the slice has passed, and when it is time to end: then is_over() is true
  std::optional<task> next(std::optional<double> slice = {}) {
    task task;
    ccluster_error told;
    switch (ccluster_controllers_next(handle_.get(), slice.value_or(-1), &task, &told)) {
      case CCLUSTER_OK: return task;
      case CCLUSTER_PENDING: return {};
      case CCLUSTER_ERROR_STOPPED:
      case CCLUSTER_ERROR_SERVER_GONE: is_over_ = true; return {};
      default: throw error(told);
    }
  }
  bool is_over() const { return is_over_; }

  /// Answers the task: done.
  void settle() { detail::call(ccluster_controllers_settle, handle_.get(), static_cast<const char *>(nullptr)); }
  /// Answers the task: the controller could not.
  void fail(const std::string &why) { detail::call(ccluster_controllers_settle, handle_.get(), why.c_str()); }

 private:
  ccluster::cluster cluster_;
  std::unique_ptr<ccluster_controllers, void (*)(ccluster_controllers *)> handle_{nullptr, ccluster_controllers_drop};
  std::uint32_t first_ = 0;
  std::uint32_t count_ = 0;
  bool is_over_ = false;
};

}  // namespace ccluster

#endif

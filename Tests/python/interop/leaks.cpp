// Everything that ccluster.hpp makes, made and let go of over and over, for the address and the leak sanitizer.
//
//   leaks NAME [forget]      forget: lets go of one cluster too few
#include <ccluster.hpp>
#include <cstdio>
#include <optional>

namespace {

template <class Function>
void must_throw(ccluster_code code, Function function) {
  try {
    function();
  } catch (const ccluster::error &error) {
    if (error.code == code) return;
    throw;
  }
  throw std::logic_error("it was not thrown");
}

void round_trip(const char *name) {
  std::optional<ccluster::columns<const float>> outlives;
  {
    const ccluster::cluster cluster(name, ccluster::role::simulator);
    ccluster::client client(cluster);
    must_throw(CCLUSTER_ERROR_CLIENT_TAKEN, [&] { ccluster::client second(cluster); });
    const auto position = cluster.columns<float>("robot_state", "joint_position");
    const auto command = cluster.columns<const float>("rhc_commands", "joint_position");
    position(1, 2) = 0.5F;
    if (client.solve()->solved != 2) throw std::logic_error("not solved");
    std::vector<float> copy(command.rows() * command.size(), -1);
    client.copy(command, copy);
    if (copy[command.size() + 2] != command(1, 2)) throw std::logic_error("not copied");
    copy.pop_back();
    must_throw(CCLUSTER_ERROR_INVALID, [&] { client.copy(command, copy); });
    std::vector<float> other(copy.size() + 1);
    const ccluster::cluster again(name);
    must_throw(CCLUSTER_ERROR_INVALID, [&] { client.copy(again.columns<const float>("rhc_commands", "joint_position"), other); });
    must_throw(CCLUSTER_ERROR_NOT_WRITABLE, [&] { cluster.columns<float>("rhc_commands", "joint_position"); });
    must_throw(CCLUSTER_ERROR_UNKNOWN_NAME, [&] { cluster.number("robot.weight"); });
    must_throw(CCLUSTER_ERROR_WRONG_TYPE, [&] { cluster.find_number("robot.name"); });
    if (cluster.find_number("robot.weight") || cluster.find_number("robot.mass") != cluster.number("robot.mass")) {
      throw std::logic_error("not found");
    }
    cluster.deactivate({1});
    if (client.solve()->participants != 1) throw std::logic_error("not deactivated");
    cluster.activate({1});
    client.reset_all();
    cluster.text("controllers");
    client.trigger();  // settled by the next one
    outlives = command;
  }
  if ((*outlives)(0, 0) == 0) throw std::logic_error("not there any more");
  must_throw(CCLUSTER_ERROR_NOT_FOUND, [] { ccluster::cluster("nobody-is-called-so"); });
}

}  // namespace

int main(int count, char **arguments) {
  const int rounds = 20;
  for (int round = 0; round < rounds; round++) round_trip(arguments[1]);
  if (count == 3) ccluster_retain(ccluster::cluster(arguments[1]).get());
  std::printf("%d rounds\n", rounds);
}

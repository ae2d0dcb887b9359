// The participant of conformance.yaml in C++; what it takes is said in participant.c.
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <ccluster.hpp>
#include <cstdio>
#include <cstring>
#include <map>
#include <string>
#include <vector>

namespace {

// ---- Controller

struct chain {
  chain(const ccluster::controllers &mine, std::uint32_t slot)
      : slot(slot), order(mine.row<const std::int32_t>(slot, "stimulus", "order")),
        numbers(mine.row<const double>(slot, "stimulus", "numbers")),
        orientation(mine.row<const float>(slot, "stimulus", "orientation")),
        hint(mine.row<const double>(slot, "hint", "pair")), answer(mine.row<double>(slot, "answer", "numbers")),
        answered_orientation(mine.row<float>(slot, "answer", "orientation")), pair(mine.row<double>(slot, "answer", "pair")),
        steps(mine.row<std::int32_t>(slot, "answer", "steps")), from(mine.map("stimulus", "numbers")),
        to(mine.map("answer", "numbers")), quaternion_from(mine.map("stimulus", "orientation")),
        quaternion_to(mine.map("answer", "orientation")) {}

  std::int32_t ordered() const { return *static_cast<const volatile std::int32_t *>(order.data()); }

  void solve(double gain) {
    if (ordered() == 3) kill(getpid(), SIGKILL);
    while (ordered() == 2) usleep(1000);
    for (std::size_t joint = 0; joint < to.size(); joint++) answer[to[joint]] = gain * numbers[from[joint]] + slot;
    for (std::size_t element = 0; element < 4; element++) {
      answered_orientation[quaternion_to[element]] = orientation[quaternion_from[element]];
    }
    std::copy(hint.begin(), hint.end(), pair.begin());
    steps[0] = ++count;
  }

  std::uint32_t slot;
  ccluster::elements<const std::int32_t> order;
  ccluster::elements<const double> numbers;
  ccluster::elements<const float> orientation;
  ccluster::elements<const double> hint;
  ccluster::elements<double> answer;
  ccluster::elements<float> answered_orientation;
  ccluster::elements<double> pair;
  ccluster::elements<std::int32_t> steps;
  std::vector<std::uint32_t> from, to, quaternion_from, quaternion_to;
  std::int32_t count = 0;
};

void run_controller() {
  const auto cluster = ccluster::cluster::launched(ccluster::role::controller);
  ccluster::controllers mine(cluster);
  std::map<std::uint32_t, chain> chains;
  for (auto slot = mine.first(); slot < mine.first() + mine.count(); slot++) chains.emplace(slot, chain(mine, slot));
  const double gain = cluster.number("controllers.parameters.gain");
  mine.ready();
  while (const auto task = mine.next()) {
    auto &chain = chains.at(task->slot);
    if (task->kind == CCLUSTER_TASK_RESET) {
      chain.count = 0;
    } else if (chain.ordered() == 1) {
      mine.fail("as ordered");
      continue;
    } else {
      chain.solve(gain);
    }
    mine.settle();
  }
}

// ---- Client

class script {
 public:
  void run() {
    for (int count = 0; count < 3; count++) tell("plain", solve());
    order(1, 0) = 1;
    tell("failing", solve());
    order(1, 0) = 0;
    tell("failed", solve());
    tell("reset", client.reset({1}));
    tell("after-reset", solve());
    cluster.deactivate({2});
    tell("deactivated", solve());
    cluster.activate({2});
    tell("activated", solve());
    order(0, 0) = 2;
    tell("late", solve(0.2));
    tell("still-late", solve());
    order(0, 0) = 0;
    go_on_once_all_take_part(50);
    tell("caught-up", solve());
    fill();
    client.trigger();
    auto report = client.wait({}, 0);
    while (!report) report = client.wait({}, 0);
    tell("in-slices", *report);
    order(2, 0) = 3;
    const auto killed = solve();
    order(2, 0) = 0;
    tell("killed", killed);
    go_on_once_all_take_part(100);
    tell("restarted", solve());
  }

 private:
  void fill() {
    step++;
    for (std::uint32_t slot = 0; slot < order.rows(); slot++) {
      for (int joint = 0; joint < 3; joint++) numbers(slot, joint) = 100 * step + 10 * static_cast<int>(slot) + joint;
      const float quaternion[] = {static_cast<float>(step), static_cast<float>(slot), 1, 2};
      std::copy(std::begin(quaternion), std::end(quaternion), orientation.row(slot).begin());
      const double pair[] = {static_cast<double>(step), static_cast<double>(slot)};
      cluster.write_row("hint", slot, pair);
    }
  }

  ccluster::report solve(std::optional<double> timeout = {}) {
    fill();
    return *client.solve(timeout);
  }

  // How many steps that takes is a matter of time, so that all count and number them anew behind it.
  void go_on_once_all_take_part(int at) {
    while (solve().participants < order.rows()) usleep(1000);
    client.reset_all();
    step = at;
  }

  void tell(const char *label, const ccluster::report &report) const {
    const auto outcomes = client.outcomes(), contents = client.contents();
    const auto &answer = cluster.buffer("answer");
    std::printf("%s %u %u %u %u %u", label, report.participants, report.solved, report.failed, report.died, report.late);
    for (std::size_t slot = 0; slot < outcomes.size(); slot++) {
      std::printf(" %u/%u/", outcomes[slot], contents[slot]);
      if (contents[slot] == CCLUSTER_ROWS_UNFINISHED) {
        std::printf("-");
        continue;
      }
      const auto *row = static_cast<const unsigned char *>(answer.data) + slot * answer.row_stride;
      std::for_each(row, row + answer.row_size, [](unsigned char byte) { std::printf("%02x", byte); });
    }
    std::printf("\n");
  }

  ccluster::cluster cluster = ccluster::cluster::launched(ccluster::role::simulator);
  ccluster::client client{cluster};
  ccluster::columns<std::int32_t> order = cluster.columns<std::int32_t>("stimulus", "order");
  ccluster::columns<double> numbers = cluster.columns<double>("stimulus", "numbers");
  ccluster::columns<float> orientation = cluster.columns<float>("stimulus", "orientation");
  int step = 0;
};

// ---- The rest

void attach(const std::string &name) {
  try {
    const ccluster::cluster cluster(name, ccluster::role::simulator, 0.1);
    const ccluster::client client(cluster);
    std::printf("0 %s\n", cluster.info().segment);
  } catch (const ccluster::error &error) {
    std::printf("%d %s\n", error.code, error.what());
  }
}

void describe(const std::string &name) {
  const std::vector<std::string> types = {"bool", "i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64", "f32", "f64", "char"};
  const std::vector<std::string> writers = {"simulator", "controller", "server", "tool"};
  const ccluster::cluster cluster(name);
  const auto &info = cluster.info();
  std::printf("%s %lu 0x%016lx\n", info.segment, info.size, info.layout_hash);
  for (std::uint32_t index = 0; index < info.buffer_count; index++) {
    const auto &buffer = info.buffers[index];
    std::printf("%s %s %s %s %u %lu\n", buffer.name, writers[buffer.writer].c_str(),
                buffer.is_per_controller ? "controller" : "cluster", buffer.is_latest ? "latest" : "step", buffer.rows,
                buffer.row_stride);
    for (std::uint32_t place = 0; place < buffer.field_count; place++) {
      const auto &field = buffer.fields[place];
      std::printf("  %s %s %lu '%s'", field.name, types[field.type].c_str(), field.offset, field.unit);
      for (std::uint32_t axis = 0; axis < field.rank; axis++) std::printf(" %lu/%lu", field.shape[axis], field.strides[axis]);
      for (std::uint32_t column = 0; column < field.column_count; column++) std::printf(" %s", field.columns[column]);
      std::printf("\n");
    }
  }
}

}  // namespace

int main(int count, char **arguments) try {
  const std::vector<std::string> words(arguments + 1, arguments + count);
  if (words.size() == 1 && words[0] == "controller") return run_controller(), 0;
  if (words.size() == 1 && words[0] == "client") return script().run(), 0;
  if (words.size() == 2 && words[0] == "attach") return attach(words[1]), 0;
  if (words.size() == 2 && words[0] == "describe") return describe(words[1]), 0;
  return 64;
} catch (const ccluster::error &error) {
  std::printf("%d %s\n", error.code, error.what());
  return 1;
}

// SPDX-License-Identifier: Apache-2.0
#include "mapping/schedule/timeline.h"

#include <gtest/gtest.h>

#include <map>
#include <utility>

#include "mapping/schedule/plan_tokens.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

struct Shown {
  Schedule schedule;
  nlohmann::ordered_json trace;
};

Shown shown(Index tokens) {
  const Mapping m = map_network(build_network(testing::tiny_gpt()), testing::shipped_chip());
  const Request request{true, 6, 2, 1};
  Schedule s = schedule(plan_tokens(m, request), request, tokens);
  auto trace = timeline(s, m.network);
  return {std::move(s), std::move(trace)};
}

TEST(Timeline, IsAChromeTraceThatNamesItsRows) {
  const Shown t = shown(3);
  EXPECT_EQ(t.trace["otherData"]["tokens_shown"], 3);
  std::map<std::pair<int, int>, int> named;
  int complete = 0;
  for (const auto& event : t.trace["traceEvents"]) {
    const std::pair row(event["pid"].get<int>(), event["tid"].get<int>());
    if (event["ph"] == "M") {
      if (event["name"] == "thread_name") ++named[row];
      continue;
    }
    EXPECT_EQ(event["ph"], "X");
    EXPECT_GE(event["dur"].get<double>(), 0.0);
    EXPECT_EQ(named[row], 1);
    ++complete;
  }
  EXPECT_EQ(complete, std::ssize(t.schedule.events));
  EXPECT_GT(complete, 100);
}

TEST(Timeline, ShowsTimesInMicroseconds) {
  const Shown t = shown(1);
  double last = 0.0;
  for (const auto& event : t.trace["traceEvents"]) {
    if (event["ph"] == "X") {
      last = std::max(last, event["ts"].get<double>() + event["dur"].get<double>());
    }
  }
  EXPECT_LE(last, static_cast<double>(t.schedule.makespan) / 1e6);
  EXPECT_GT(last, 0.1);
}

TEST(Timeline, OfNoTokensIsEmpty) {
  EXPECT_TRUE(shown(0).trace["traceEvents"].empty());
}

}  // namespace
}  // namespace ohm

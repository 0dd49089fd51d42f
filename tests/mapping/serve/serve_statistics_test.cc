// SPDX-License-Identifier: Apache-2.0
#include "mapping/serve/serve_statistics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/random.h"

namespace ohm {
namespace {

/// Straight from the definition: sort, then between the two neighbours of (n - 1) p.
double by_sorting(std::vector<double> values, double percent) {
  std::sort(values.begin(), values.end());
  const double at = static_cast<double>(values.size() - 1) * percent / 100.0;
  const auto low = static_cast<size_t>(at);
  const size_t high = std::min(low + 1, values.size() - 1);
  return values[low] + (at - std::floor(at)) * (values[high] - values[low]);
}

ServedRequest waited(Picoseconds arrival, Picoseconds start) {
  return {{arrival, 1, 1}, start, start + 1, start + 2};
}

TEST(Distribution, HasThePercentilesOfASortedList) {
  for (const Index n : {1, 2, 3, 20, 101}) {
    std::vector<double> values;
    for (Index i = 0; i < n; ++i) values.push_back(uniform_at({7, 0, 1}, {}, i));
    const Distribution d = distribution_of(values);
    EXPECT_NEAR(d.p50, by_sorting(values, 50), 1e-12);
    EXPECT_NEAR(d.p95, by_sorting(values, 95), 1e-12);
    EXPECT_NEAR(d.p99, by_sorting(values, 99), 1e-12);
    EXPECT_EQ(d.most, *std::max_element(values.begin(), values.end()));
  }
  EXPECT_EQ(distribution_of({}).mean, 0.0);
}

TEST(LongestQueue, CountsThoseThatWaitTogether) {
  EXPECT_EQ(longest_queue({}), 0);
  EXPECT_EQ(longest_queue({waited(5, 5), waited(5, 5)}), 0);
  EXPECT_EQ(longest_queue({waited(0, 10), waited(2, 10), waited(10, 12)}), 2);
  EXPECT_EQ(longest_queue({waited(0, 10), waited(2, 10), waited(9, 12)}), 3);
}

}  // namespace
}  // namespace ohm

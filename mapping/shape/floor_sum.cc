// SPDX-License-Identifier: Apache-2.0
#include "mapping/shape/floor_sum.h"

#include <utility>

namespace ohm {

std::int64_t floor_sum(Index n, Index m, Index a, Index b) {
  std::int64_t sum = 0;
  while (n > 0) {
    sum += n * (n - 1) / 2 * (a / m) + n * (b / m);
    a %= m;
    b %= m;
    const Index top = a * n + b;
    if (top < m) break;
    n = top / m;
    b = top % m;
    std::swap(m, a);
  }
  return sum;
}

std::int64_t ceil_sum(Index first, Index last, Index a, Index m) {
  if (last < first) return 0;
  return floor_sum(last - first + 1, m, a, a * first + m - 1);
}

}  // namespace ohm

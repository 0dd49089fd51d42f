// SPDX-License-Identifier: Apache-2.0
#include "mapping/schedule/picoseconds.h"

#include <fmt/format.h>

#include <cmath>

#include "core/error.h"

namespace ohm {

Picoseconds picoseconds(Seconds time, const std::string& step) {
  constexpr double kLongest = 1e15;
  const double rounded = std::round(time.si() * 1e12);
  if (rounded <= kLongest) return static_cast<Picoseconds>(rounded);
  throw ArgumentError(
      fmt::format("schedule: step {} takes {:.3g} s; expected at most {:.0f} s: raise the clocks "
                  "and bandwidths "
                  "of the chip, or take a smaller network",
                  step, time.si(), kLongest * 1e-12));
}

Picoseconds cycles(Index n, Hertz clock, const std::string& step) {
  return picoseconds(Seconds(static_cast<double>(n) / clock.si()), step);
}

}  // namespace ohm

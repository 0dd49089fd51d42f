// SPDX-License-Identifier: Apache-2.0
#include "crossbar/wires/gated_kernel.h"

#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <vector>

#include "core/random.h"

namespace ohm {
namespace {

constexpr Index kRows = 1100;  // more than one stretch of rows

std::vector<double> panel_cells(double largest) {
  std::vector<double> cells(static_cast<size_t>(kRows * kGatedPanel));
  for (size_t k = 0; k < cells.size(); ++k) {
    cells[k] = largest * uniform_at({31, 0, 7}, {}, static_cast<Index>(k));
  }
  return cells;
}

std::vector<std::uint8_t> some_rows() {
  std::vector<std::uint8_t> x(kRows);
  for (size_t k = 0; k < x.size(); ++k) {
    x[k] = uniform_at({32, 0, 7}, {}, static_cast<Index>(k)) < 0.3 ? 1 : 0;
  }
  return x;
}

using Kernel = void (*)(const GatedPanel&, const GatedEnds&, const std::uint8_t*, double*);

std::vector<double> run(Kernel kernel, const GatedPanel& panel, const GatedEnds& ends,
                        const std::vector<std::uint8_t>& x) {
  std::vector<double> currents(kGatedPanel);
  kernel(panel, ends, x.data(), currents.data());
  return currents;
}

/// The textbook collapse of one ladder: a parallel conductance behind a series resistance, by
/// turns.
double norton_collapse(const GatedPanel& panel, const GatedEnds& ends,
                       const std::vector<std::uint8_t>& x, Index column) {
  double y = 0.0;
  for (Index i = 0; i < panel.n_wordlines; ++i) {
    y = y / (1.0 + panel.r_bitline * y) +
        x[static_cast<size_t>(i)] * panel.cells[i * kGatedPanel + column];
  }
  y = y / (1.0 + panel.r_bitline * static_cast<double>(panel.idle_rows) * y);
  return ends.scale * y / (1.0 + ends.r_sense * y);
}

/// The textbook collapse of two ladders: the delta between the feed, the source line's and the
/// bitline's last node, with a star-delta transformation for every segment.
double star_delta_collapse(const GatedPanel& panel, const GatedEnds& ends,
                           const std::vector<std::uint8_t>& x, Index column) {
  double feed_source = 1.0 / ends.r_driver, feed_bit = 0.0, source_bit = 0.0;
  const auto segments = [&](double count) {
    double star = 1.0 + count * panel.r_sourceline * (feed_source + source_bit);
    feed_bit += feed_source * source_bit * count * panel.r_sourceline / star;
    feed_source /= star;
    source_bit /= star;
    star = 1.0 + count * panel.r_bitline * (feed_bit + source_bit);
    feed_source += feed_bit * source_bit * count * panel.r_bitline / star;
    feed_bit /= star;
    source_bit /= star;
  };
  for (Index i = 0; i < panel.n_wordlines; ++i) {
    if (i > 0) segments(1.0);
    source_bit += x[static_cast<size_t>(i)] * panel.cells[i * kGatedPanel + column];
  }
  segments(static_cast<double>(panel.idle_rows));
  if (ends.fed_at_both_ends) feed_source += 1.0 / ends.r_driver;
  const double y = feed_bit + feed_source * source_bit / (feed_source + source_bit);
  return ends.scale * y / (1.0 + ends.r_sense * y);
}

TEST(GatedKernel, CollapsesOneLadderLikeTheTextbook) {
  const auto x = some_rows();
  for (const double largest : {1.0, 1e-3, 1e-9}) {
    const auto cells = panel_cells(largest);
    const GatedPanel panel{cells.data(), kRows, kGatedPanel, 0.3, 0.0, 5};
    const GatedEnds ends{0.0, 0.7, false, 0.2};
    const auto found = run(single_ladder, panel, ends, x);
    for (Index j = 0; j < kGatedPanel; ++j) {
      const double expected = norton_collapse(panel, ends, x, j);
      ASSERT_NEAR(found[static_cast<size_t>(j)], expected, 1e-12 * expected);
    }
  }
}

TEST(GatedKernel, CollapsesTwoLaddersByStarDeltaTransformations) {
  const auto x = some_rows();
  for (const double largest : {1.0, 1e-3, 1e-9}) {
    const auto cells = panel_cells(largest);
    for (const bool both : {false, true}) {
      const GatedPanel panel{cells.data(), kRows, kGatedPanel, 0.3, 0.4, 5};
      const GatedEnds ends{0.6, 0.7, both, 0.2};
      const auto found = run(double_ladder, panel, ends, x);
      for (Index j = 0; j < kGatedPanel; ++j) {
        const double expected = star_delta_collapse(panel, ends, x, j);
        ASSERT_NEAR(found[static_cast<size_t>(j)], expected, 1e-12 * expected);
      }
    }
  }
}

/// 0: all that the machine has.
void choose_targets(std::int64_t targets) {
  hwy::SetSupportedTargetsForTest(targets);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

TEST(GatedKernel, GivesTheSameBitsOnEveryInstructionSet) {
  const auto x = some_rows();
  const auto cells = panel_cells(1.0);
  const GatedPanel panel{cells.data(), kRows, 37, 0.3, 0.4, 5};
  const GatedEnds ends{0.6, 0.7, true, 0.2};
  const auto single = run(single_ladder, panel, ends, x);
  const auto twin = run(double_ladder, panel, ends, x);
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    choose_targets(target);
    const auto single_here = run(single_ladder, panel, ends, x);
    const auto twin_here = run(double_ladder, panel, ends, x);
    for (size_t j = 0; j < 37; ++j) {
      EXPECT_EQ(single_here[j], single[j]) << hwy::TargetName(target);
      EXPECT_EQ(twin_here[j], twin[j]) << hwy::TargetName(target);
    }
  }
  choose_targets(0);
}

}  // namespace
}  // namespace ohm

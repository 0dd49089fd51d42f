// SPDX-License-Identifier: Apache-2.0
#include "crossbar/product/plane_kernel.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/crossbar/numbers.h"
#include "tests/crossbar/product/instruction_sets.h"

namespace ohm {
namespace {

/// Sums of the addressed rows, one addition at a time.
template <class T>
void expect_subset_sums(Index reach) {
  constexpr Index kWidth = kEntryBytes / Index{sizeof(T)};
  constexpr Index kTables = 2 * kTablesAtOnce, kVectors = 5;
  const auto entries = integers(kTables * kTableRows, kWidth, -reach, reach, 1);
  const auto chosen = integers(kVectors, kTables, 0, kTableEntries - 1, 2);
  std::vector<T> rows(entries.values.begin(), entries.values.end());
  std::vector<std::uint16_t> offsets;
  for (const auto entry : chosen.values) {
    offsets.push_back(static_cast<std::uint16_t>(entry * static_cast<std::int32_t>(kEntryBytes)));
  }
  alignas(kEntryBytes) static T tables[size_t{kTables * kTableEntries * kWidth}];
  std::vector<std::int32_t> out(kVectors * (kWidth + 3), -1);
  build_tables(rows.data(), kTables, tables);
  add_entries({offsets.data(), kVectors, kTables}, tables, out.data(), kWidth + 3);
  for (Index v = 0; v < kVectors; ++v) {
    for (Index j = 0; j < kWidth; ++j) {
      std::int32_t sum = 0;
      for (Index i = 0; i < entries.rows; ++i) {
        sum += (chosen(v, i / kTableRows) >> (i % kTableRows) & 1) * entries(i, j);
      }
      EXPECT_EQ(out[static_cast<size_t>(v * (kWidth + 3) + j)], sum);
    }
    EXPECT_EQ(out[static_cast<size_t>(v * (kWidth + 3) + kWidth)], -1) << "wrote beyond the entry";
  }
}

TEST(PlaneKernel, DigitsAreAddedAtTheirPlaceOnEveryInstructionSet) {
  const auto digits = integers(3, 40, -128, 127, 5);
  const std::vector<std::int8_t> bytes(digits.values.begin(), digits.values.end());
  on_every_instruction_set([&] {
    std::vector<std::int32_t> wide(3 * 16, 7);
    std::vector<std::int16_t> narrow(3 * 32, 7);
    add_digits(bytes.data() + 5, 40, 3, 16, wide.data());
    add_digits(bytes.data() + 5, 40, 3, 4, narrow.data());
    for (Index i = 0; i < 3; ++i) {
      for (Index j = 0; j < 32; ++j) {
        EXPECT_EQ(narrow[static_cast<size_t>(i * 32 + j)], 7 + digits(i, 5 + j) * 16);
        if (j >= 16) continue;
        EXPECT_EQ(wide[static_cast<size_t>(i * 16 + j)], 7 + digits(i, 5 + j) * 65536);
      }
    }
  });
}

TEST(PlaneKernel, AddsTheRowsThatAPlaneAddressesOnEveryInstructionSet) {
  on_every_instruction_set([] {
    expect_subset_sums<std::int32_t>(40'000'000);
    expect_subset_sums<std::int16_t>(680);
    expect_subset_sums<std::int8_t>(5);
  });
}

}  // namespace
}  // namespace ohm

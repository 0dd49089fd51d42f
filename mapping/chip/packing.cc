// SPDX-License-Identifier: Apache-2.0
#include "mapping/chip/packing.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <map>
#include <numeric>
#include <set>
#include <tuple>
#include <utility>

#include "core/error.h"

namespace ohm {
namespace {

using Items = std::vector<PackingItem>;
using Order = std::vector<size_t>;
/// Sums of weighted cells over many arrays.
__extension__ using Wide = __int128;

constexpr size_t kOpenArrays = 256;

/// A strip of an array: blocks side by side from the same first row.
struct Shelf {
  Index first_row, rows, columns_used, input;
};

struct OpenArray {
  Index number = 0, rows_used = 0, columns_used = 0;
  std::vector<Shelf> shelves{};
};

/// Puts an item into the array if it has room.
bool put(const PackingItem& item, const BlockShape& shape, Sharing sharing, OpenArray& array,
         PackedSpot& spot) {
  const bool parallel = sharing == Sharing::parallel;
  if (parallel && shape.columns - array.columns_used < item.columns) return false;
  for (Shelf& shelf : array.shelves) {
    const Index used = parallel ? array.columns_used : shelf.columns_used;
    if (shelf.rows < item.rows || shape.columns - used < item.columns) continue;
    if (parallel && shelf.input != item.input) continue;
    spot = {array.number, shelf.first_row, used};
    shelf.columns_used += item.columns;
    array.columns_used += item.columns;
    return true;
  }
  if (shape.rows - array.rows_used < item.rows) return false;
  spot = {array.number, array.rows_used, parallel ? array.columns_used : 0};
  array.shelves.push_back({array.rows_used, item.rows, item.columns, item.input});
  array.rows_used += item.rows;
  array.columns_used += item.columns;
  return true;
}

Packing pack_in_order(const Items& items, const Order& order, const BlockShape& shape,
                      Sharing sharing) {
  Packing packing{std::vector<PackedSpot>(items.size())};
  std::map<Index, std::deque<OpenArray>> open;  // by setting
  for (const size_t i : order) {
    auto& arrays = open[items[i].setting];
    const bool shared =
        sharing != Sharing::none && std::any_of(arrays.begin(), arrays.end(), [&](OpenArray& a) {
          return put(items[i], shape, sharing, a, packing.spots[i]);
        });
    if (shared) continue;
    OpenArray fresh{packing.arrays++};
    put(items[i], shape, sharing, fresh, packing.spots[i]);
    const bool full = items[i].rows == shape.rows && items[i].columns == shape.columns;
    if (!full) arrays.push_back(std::move(fresh));
    if (arrays.size() > kOpenArrays) arrays.pop_front();
  }
  return packing;
}

Order ordered(const Items& items, const auto& key) {
  Order order(items.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return key(items[a]) > key(items[b]); });
  return order;
}

/// The best of three orders: by rows, by columns, by cells.
Packing pack_rows(const Items& items, const BlockShape& shape, Sharing sharing) {
  using Key = std::tuple<Index, Index, Index>;
  const std::vector<Order> orders{
      ordered(items, [](const PackingItem& i) { return Key(i.rows, -i.input, i.columns); }),
      ordered(items, [](const PackingItem& i) { return Key(i.columns, i.rows, -i.input); }),
      ordered(items, [](const PackingItem& i) { return Key(i.rows * i.columns, i.rows, 0); })};
  Packing best = pack_in_order(items, orders[0], shape, sharing);
  for (size_t o = 1; o < orders.size(); ++o) {
    Packing other = pack_in_order(items, orders[o], shape, sharing);
    if (other.arrays < best.arrays) best = std::move(other);
  }
  return best;
}

/// As pack_rows, with shelves along columns.
Packing pack_columns(Items items, const BlockShape& shape, Sharing sharing) {
  for (PackingItem& item : items) std::swap(item.rows, item.columns);
  Packing packing = pack_rows(items, {shape.columns, shape.rows}, sharing);
  for (PackedSpot& spot : packing.spots) std::swap(spot.first_row, spot.first_column);
  return packing;
}

/// Dual feasible: whatever fits side by side into `size` weighs at most `size` together.
Index weighed(Index length, Index size, Index threshold) {
  if (length > size - threshold) return size;
  return length < threshold ? 0 : length;
}

/// 0 and the lengths up to half the size, at most 24 of them.
std::vector<Index> thresholds(const std::set<Index>& lengths, Index size) {
  std::vector<Index> halves{0};
  for (const Index length : lengths) {
    if (length <= size / 2) halves.push_back(length);
  }
  // One above every shorter length, so that only those beyond the half count.
  if (size / 2 > 0 && halves.back() != size / 2) halves.push_back(size / 2);
  constexpr size_t kMost = 24;
  std::vector<Index> chosen;
  for (size_t i = 0; i < halves.size(); i += 1 + halves.size() / kMost) chosen.push_back(halves[i]);
  if (chosen.back() != halves.back()) chosen.push_back(halves.back());
  return chosen;
}

/// Blocks of one setting, counted by shape.
using Shapes = std::map<std::pair<Index, Index>, Index>;

Index bound_of(const Shapes& shapes, const BlockShape& array, Sharing sharing) {
  std::set<Index> rows, columns;
  Wide count = 0, best = 0;
  for (const auto& [shape, n] : shapes) {
    rows.insert(shape.first);
    columns.insert(shape.second);
    count += n;
  }
  if (sharing == Sharing::none) return static_cast<Index>(count);
  for (const Index c : thresholds(columns, array.columns)) {
    for (const Index r : thresholds(rows, array.rows)) {
      Wide cells = 0, width = 0;
      for (const auto& [shape, n] : shapes) {
        const Wide w = weighed(shape.second, array.columns, c);
        cells += w * weighed(shape.first, array.rows, r) * n;
        width += w * n;
      }
      const Wide capacity = Wide{array.rows} * array.columns;
      best = std::max(best, (cells + capacity - 1) / capacity);
      // Blocks that fire at once never share a column.
      if (sharing == Sharing::parallel) {
        best = std::max(best, (width + array.columns - 1) / array.columns);
      }
    }
  }
  return static_cast<Index>(best);
}

bool apart(Index a, Index a_size, Index b, Index b_size) {
  return a + a_size <= b || b + b_size <= a;
}

bool at_once(const PackingItem& a, const PackedSpot& at_a, const PackingItem& b,
             const PackedSpot& at_b) {
  return apart(at_a.first_column, a.columns, at_b.first_column, b.columns) &&
         (apart(at_a.first_row, a.rows, at_b.first_row, b.rows) ||
          (a.input == b.input && at_a.first_row == at_b.first_row));
}

/// Reads in sequence: each block joins the first turn whose blocks all fire with it.
Index turns_of(const Items& items, const Packing& packing) {
  std::vector<std::vector<size_t>> arrays(static_cast<size_t>(packing.arrays));
  for (size_t i = 0; i < items.size(); ++i) {
    arrays[static_cast<size_t>(packing.spots[i].array)].push_back(i);
  }
  Index most = 1;
  for (const auto& members : arrays) {
    std::vector<std::vector<size_t>> turns;
    for (const size_t i : members) {
      const auto joins = [&](const std::vector<size_t>& turn) {
        return std::all_of(turn.begin(), turn.end(), [&](size_t j) {
          return at_once(items[i], packing.spots[i], items[j], packing.spots[j]);
        });
      };
      const auto turn = std::find_if(turns.begin(), turns.end(), joins);
      if (turn == turns.end()) {
        turns.push_back({i});
      } else {
        turn->push_back(i);
      }
    }
    most = std::max(most, static_cast<Index>(turns.size()));
  }
  return most;
}

void check(const Items& items, const BlockShape& array) {
  constexpr Index kMostSize = Index{1} << 20;
  if (array.rows < 1 || array.columns < 1 || array.rows > kMostSize || array.columns > kMostSize) {
    throw ArgumentError(fmt::format("packing: arrays of {} × {} weights; expected 1 to {} each way",
                                    array.rows, array.columns, kMostSize));
  }
  for (size_t i = 0; i < items.size(); ++i) {
    const auto& [rows, columns, input, setting] = items[i];
    if (rows >= 1 && rows <= array.rows && columns >= 1 && columns <= array.columns) continue;
    throw ArgumentError(
        fmt::format("packing: block {} of {} × {} weights; expected 1 × 1 to {} × {}", i, rows,
                    columns, array.rows, array.columns));
  }
}

}  // namespace

Packing pack(const Items& items, const BlockShape& array, Sharing sharing) {
  check(items, array);
  Packing best = pack_rows(items, array, sharing);
  if (sharing == Sharing::in_turn) {
    Packing other = pack_columns(items, array, sharing);
    if (other.arrays < best.arrays) best = std::move(other);
  }
  std::map<Index, Shapes> settings;
  for (const PackingItem& item : items) ++settings[item.setting][{item.rows, item.columns}];
  for (const auto& [setting, shapes] : settings) best.bound += bound_of(shapes, array, sharing);
  best.turns = turns_of(items, best);
  return best;
}

}  // namespace ohm

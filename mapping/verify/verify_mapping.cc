// SPDX-License-Identifier: Apache-2.0
#include "mapping/verify/verify_mapping.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <tuple>
#include <utility>

#include "core/error.h"
#include "crossbar/geometry.h"
#include "mapping/macros/matrix_kind.h"
#include "mapping/network/experts.h"
#include "mapping/verify/verify_attention.h"
#include "mapping/verify/verify_routes.h"
#include "mapping/verify/violated.h"

namespace ohm {
namespace {

std::int64_t whole_bytes(Index n, Index bits) {
  return (n * bits + 7) / 8;
}

/// What a copy of a matrix has on one tile.
struct Held {
  std::set<Index> column_tiles;
  Index columns = 0;  ///< distinct
};

/// By matmul and copy, then by tile.
using HeldByCopy = std::map<std::pair<Index, Index>, std::map<Index, Held>>;

HeldByCopy held_by_copy(const std::vector<StoredBlock>& stored) {
  HeldByCopy held;
  for (const StoredBlock& s : stored) {
    Held& here = held[{s.block.matmul, s.copy}][s.slot.tile];
    if (here.column_tiles.insert(s.block.column_tile).second) here.columns += s.block.columns;
  }
  return held;
}

const char* name_of(TransferKind kind) {
  switch (kind) {
    case TransferKind::input:
      return "inputs";
    case TransferKind::partial_sums:
      return "partial sums";
    case TransferKind::activation:
      return "activations";
    default:
      return "";  // attention's, see verify_attention()
  }
}

/// Checks the transfers of a mapping but those of attention, operator by operator.
class Deliveries {
 public:
  Deliveries(const Mapping& mapping, const HeldByCopy& held) : mapping_(mapping), held_(held) {
    for (const Transfer& t : mapping.transfers) {
      if (is_of_attention(t)) continue;
      const auto key = std::tuple(t.kind, t.vertex, t.from, t.copy);
      if (!by_key_.emplace(key, &t).second) {
        violated(fmt::format("{} of {} are sent twice", name_of(t.kind), name(t.vertex)));
      }
    }
  }

  void check() {
    for (const Index vertex : mapping_.network.order) {
      if (!is_listed(mapping_.network, vertex)) continue;  // another expert stands for it
      check_consumed(vertex);
      const Operator& op = mapping_.network.op(vertex);
      if (stored(op)) check_sums(vertex, op);
    }
    if (!by_key_.empty()) {
      const Transfer& t = *by_key_.begin()->second;
      violated(
          fmt::format("{} of {} are sent and nobody needs them", name_of(t.kind), name(t.vertex)));
    }
  }

 private:
  const std::string& name(Index vertex) const { return mapping_.network.op(vertex).name; }
  const Widths& widths() const { return mapping_.chip.widths; }
  Index home(Index vertex) const {
    return vertex < 0 ? 0 : mapping_.placement.home[static_cast<size_t>(vertex)];
  }
  MatrixKind kind_of(const Operator& op) const {
    return ohm::kind_of(mapping_.network.matmuls[static_cast<size_t>(op.matmul)],
                        mapping_.chip.spec);
  }
  const MacroSpec& macro_of(const Operator& op) const {
    return mapping_.chip.spec.macro_of(kind_of(op).macro);
  }
  bool stored(const Operator& op) const { return op.matmul >= 0 && held_.contains({op.matmul, 0}); }

  /// The one transfer of this description; what is left at the end was not asked for.
  const Transfer& only(TransferKind kind, Index vertex, Index from, Index copy) {
    const auto found = by_key_.find(std::tuple(kind, vertex, from, copy));
    if (found == by_key_.end()) {
      violated(fmt::format("{} consumes {} that nothing produces (copy {})", name(vertex),
                           name_of(kind), copy));
    }
    const Transfer& t = *found->second;
    by_key_.erase(found);
    if (t.bytes.size() != t.tiles.size()) {
      violated(fmt::format("{} of {}: {} counts of bytes for {} tiles", name_of(kind), name(vertex),
                           t.bytes.size(), t.tiles.size()));
    }
    return t;
  }

  void expect_hub(const Transfer& t, Index tile) const {
    if (t.hub == tile) return;
    violated(fmt::format("{} of {} pass tile {}; expected tile {}", name_of(t.kind), name(t.vertex),
                         t.hub, tile));
  }

  /// All tiles together receive (or send) at least n elements.
  void expect_bytes(const Transfer& t, Index n, Index bits) const {
    const auto sum = std::accumulate(t.bytes.begin(), t.bytes.end(), std::int64_t{0});
    expect_at_least(t.kind, t.vertex, sum, {n, bits});
  }

  /// `elements`: how many, and the bits of each.
  void expect_at_least(TransferKind kind, Index vertex, std::int64_t bytes,
                       std::pair<Index, Index> elements) const {
    const auto [n, bits] = elements;
    if (bytes >= whole_bytes(n, bits)) return;
    violated(fmt::format("{} of {}: {} bytes; {} elements of {} bits are consumed", name_of(kind),
                         name(vertex), bytes, n, bits));
  }

  void expect_tile(const Transfer& t, size_t i, const std::map<Index, Held>& held,
                   std::int64_t bytes) const {
    if (held.contains(t.tiles[i]) && t.bytes[i] == bytes) return;
    violated(
        fmt::format("{} of {}, copy {}: {} bytes on tile {}; expected {} bytes on a tile "
                    "that holds blocks of it",
                    name_of(t.kind), name(t.vertex), t.copy, t.bytes[i], t.tiles[i], bytes));
  }

  void expect_all(const Transfer& t, const std::map<Index, Held>& held, Index copies) const {
    const std::set<Index> tiles(t.tiles.begin(), t.tiles.end());
    if (tiles.size() == held.size() && tiles.size() == t.tiles.size() && t.copies == copies) return;
    violated(fmt::format("{} of {}, copy {} of {}: {} tiles; {} copies on {} tiles expected",
                         name_of(t.kind), name(t.vertex), t.copy, t.copies, tiles.size(), copies,
                         held.size()));
  }

  Index copies_of(Index matmul) const {
    return mapping_.arrangement.copies[static_cast<size_t>(matmul)];
  }

  void check_inputs(Index vertex, Index from, const Operator& op) {
    for (Index copy = 0; copy < copies_of(op.matmul); ++copy) {
      const Transfer& t = only(TransferKind::input, vertex, from, copy);
      const auto& held = held_.at({op.matmul, copy});
      expect_hub(t, home(from));
      expect_all(t, held, copies_of(op.matmul));
      const auto bytes = whole_bytes(op.in_features, macro_of(op).input.bits);
      for (size_t i = 0; i < t.tiles.size(); ++i) expect_tile(t, i, held, bytes);
    }
  }

  /// Producers of what the operator consumes.
  std::vector<Index> producers(Index vertex) const {
    std::vector<Index> from;
    const auto [begin, end] = boost::in_edges(static_cast<size_t>(vertex), mapping_.network.graph);
    for (auto edge = begin; edge != end; ++edge) {
      const auto producer = static_cast<Index>(boost::source(*edge, mapping_.network.graph));
      if (is_listed(mapping_.network, producer)) from.push_back(producer);
    }
    return from;
  }

  void check_consumed(Index vertex) {
    const Operator& op = mapping_.network.op(vertex);
    const auto from = producers(vertex);
    if (stored(op)) {
      if (from.empty()) check_inputs(vertex, -1, op);
      for (const Index each : from) check_inputs(vertex, each, op);
    } else if (op.kind != OpKind::attention_scores && op.kind != OpKind::softmax &&
               op.kind != OpKind::attention_values) {
      for (const Index each : from) check_activation(vertex, each);
    }
  }

  void check_activation(Index vertex, Index from) {
    const Transfer& t = only(TransferKind::activation, vertex, from, 0);
    expect_hub(t, home(from));
    expect_bytes(t, mapping_.network.op(from).out_features, widths().activation_bits);
    if (t.tiles == std::vector<Index>{home(vertex)}) return;
    violated(fmt::format("activations of {} do not reach tile {}", name(vertex), home(vertex)));
  }

  void check_sums(Index vertex, const Operator& op) {
    const Index product = macro_of(op).input.bits + macro_of(op).weight.bits;
    const Index terms = op.in_features * kind_of(op).redundancy;  // replicas are added up
    Index bits = product;
    while (Index{1} << (bits - product) < terms) ++bits;
    for (Index copy = 0; copy < copies_of(op.matmul); ++copy) {
      const Transfer& t = only(TransferKind::partial_sums, vertex, -1, copy);
      const auto& held = held_.at({op.matmul, copy});
      expect_hub(t, home(vertex));
      expect_all(t, held, copies_of(op.matmul));
      for (size_t i = 0; i < t.tiles.size(); ++i) {
        const auto here = held.find(t.tiles[i]);
        const Index columns = here == held.end() ? 0 : here->second.columns;
        expect_tile(t, i, held, whole_bytes(columns, bits));
      }
    }
  }

  const Mapping& mapping_;
  const HeldByCopy& held_;
  std::map<std::tuple<TransferKind, Index, Index, Index>, const Transfer*> by_key_;
};

/// Inputs and partial sums of all blocks of a tile are in its buffer at once: the pipeline is full.
/// Where a buffer is too small, that is an assumption: schedules do not bound buffers.
void check_buffers(const Mapping& mapping, const HeldByCopy& held, Verification& report) {
  const BufferSpec& buffer = mapping.chip.spec.buffer;
  const double room = buffer.capacity.si() * (1 - buffer.kv_share);
  const Widths& widths = mapping.chip.widths;
  std::map<Index, std::int64_t> wanted;
  for (const auto& [key, tiles] : held) {
    const StaticMatmul& matmul = mapping.network.matmuls[static_cast<size_t>(key.first)];
    for (const auto& [tile, here] : tiles) {
      wanted[tile] += whole_bytes(matmul.rows, widths.of(matmul.id).input_bits) +
                      whole_bytes(here.columns, widths.partial_sum_bits(matmul));
    }
  }
  std::int64_t most = 0;
  for (const auto& [tile, bytes] : wanted) most = std::max(most, bytes);
  if (static_cast<double>(most) <= room) {
    report.checked.emplace_back(
        "each tile's buffer holds the inputs and partial sums of all its blocks at once");
    return;
  }
  report.assumed.push_back(fmt::format(
      "buffers take what they must: inputs and partial sums of all blocks of the fullest tile are "
      "{} bytes, of its {:.0f} bytes beside keys and values",
      most, room));
}

void check_dram(const Mapping& mapping) {
  std::int64_t bytes = 0;
  for (const StaticMatmul& matmul : mapping.network.matmuls) {
    if (mapping.arrangement.copies[static_cast<size_t>(matmul.id)] > 0) continue;
    bytes += whole_bytes(matmul.weights(), mapping.chip.widths.of(matmul.id).weight_bits);
  }
  const Bytes capacity = mapping.chip.spec.dram.capacity;
  // a chip without DRAM has a peak and runs nothing: the estimate refuses it
  if (capacity.si() == 0.0 || static_cast<double>(bytes) <= capacity.si()) return;
  throw ConfigError(fmt::format(
      "chip {}: dram.capacity: {:.3g} GB; the digital matrices of {} take {:.3g} GB: enlarge the "
      "DRAM, or keep more matrices in crossbars",
      mapping.chip.spec.name, capacity.si() / 1e9, mapping.network.spec.name,
      static_cast<double>(bytes) / 1e9));
}

Capacities capacities_of(const Mapping& mapping) {
  const ChipSpec& spec = mapping.chip.spec;
  Capacities capacities{spec.name,
                        mapping.chip.mesh.size(),
                        spec.macros_per_tile,
                        inputs_per_array(spec.macro),
                        weight_columns(spec.macro),
                        spec.head,
                        {}};
  for (const StaticMatmul& matmul : mapping.network.matmuls) {
    const MatrixKind kind = kind_of(matmul, spec);
    capacities.digital.push_back(!kind.in_crossbars);
    if (has_kinds(spec)) capacities.replicas.push_back(kind.redundancy);
  }
  for (Index kind = 0; !spec.macros.empty() && kind < spec.n_kinds(); ++kind) {
    capacities.settings.push_back({of_kind(spec, kind).macros_per_tile,
                                   inputs_per_array(spec.macro_of(kind)),
                                   weight_columns(spec.macro_of(kind))});
  }
  return capacities;
}

void check_stored_where_told(const Mapping& mapping, const Capacities& capacities) {
  for (const StaticMatmul& matmul : mapping.network.matmuls) {
    const auto m = static_cast<size_t>(matmul.id);
    const bool stored = mapping.arrangement.copies.at(m) > 0;
    if (stored != capacities.digital[m]) continue;
    violated(fmt::format("'{}' {} and {} in crossbars", matmul.name,
                         stored ? "is digital" : "is not digital", stored ? "is" : "is not"));
  }
}

/// Blocks lie in arrays of the kind that the rules of the chip name for their matrix, on chips that
/// hold weights.
void check_kinds(const Mapping& mapping, const std::vector<StoredBlock>& stored) {
  const ChipSpec& spec = mapping.chip.spec;
  for (const StoredBlock& s : stored) {
    const StaticMatmul& matmul = mapping.network.matmuls[static_cast<size_t>(s.block.matmul)];
    if (!spec.macros.empty() && s.setting != kind_of(matmul, spec).macro) {
      violated(fmt::format("'{}' is in macros of kind {}; its rule says kind {}", matmul.name,
                           s.setting, kind_of(matmul, spec).macro));
    }
    if (die_at(spec.dies, mapping.chip.mesh.chip_of(s.slot.tile)) < 0) continue;
    violated(fmt::format("'{}' is on tile {} of a die without macros", matmul.name, s.slot.tile));
  }
}

/// Row tiles and column tiles of the first copies, where no two blocks share an array.
void check_unshared(const Mapping& mapping, Capacities capacities,
                    const std::vector<StoredBlock>& stored) {
  for (const ArrayLimits& limits : capacities.settings) {
    capacities.macros_per_tile = std::max(capacities.macros_per_tile, limits.macros_per_tile);
    capacities.array_rows = std::max(capacities.array_rows, limits.rows);
    capacities.array_columns = std::max(capacities.array_columns, limits.columns);
  }
  if (mapping.arrangement.arrays != std::ssize(stored)) return;
  std::vector<Block> blocks;
  std::vector<Slot> slots;
  for (const StoredBlock& s : stored) {
    if (s.copy != 0 || s.block.replica != 0) continue;
    blocks.push_back(s.block);
    slots.push_back(s.slot);
  }
  verify(mapping.network, capacities, blocks, slots);
}

}  // namespace

Verification verify_mapping(const Mapping& mapping) {
  const Capacities capacities = capacities_of(mapping);
  check_stored_where_told(mapping, capacities);
  const auto stored = mapping.stored_blocks();
  Verification report =
      verify_copies(mapping.network, capacities, stored, mapping.arrangement.copies);
  check_unshared(mapping, capacities, stored);
  check_kinds(mapping, stored);
  const HeldByCopy held = held_by_copy(stored);
  check_buffers(mapping, held, report);
  check_dram(mapping);
  Deliveries(mapping, held).check();
  verify_attention(mapping);
  verify_routes(mapping);
  for (const char* text :
       {"the DRAM holds the weights that are not in crossbars",
        "every operator receives each byte that it consumes from the tile that produced it",
        "nothing is sent that no operator consumes",
        "every position's keys and values are kept once, but for heads that share them in several "
        "teams of tiles, each of which has a copy",
        "what the tiles of a team make of their positions is merged once each",
        "routes lose no byte and invent none: what enters a tile leaves it or is consumed there"}) {
    report.checked.emplace_back(text);
  }
  for (const char* text :
       {"the operator graph describes the network",
        "an array holds whole weights: all slices of a weight share one wordline",
        "keys and values beyond the buffers' share go to the DRAM, whose capacity the estimate "
        "checks"}) {
    report.assumed.emplace_back(text);
  }
  return report;
}

}  // namespace ohm

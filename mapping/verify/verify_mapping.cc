// SPDX-License-Identifier: Apache-2.0
#include "mapping/verify/verify_mapping.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/graph/iteration_macros.hpp>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "core/error.h"
#include "crossbar/geometry.h"

namespace ohm {
namespace {

[[noreturn]] void violated(const std::string& text) {
  throw SolveError("mapping: verification failed: " + text);
}

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
    case TransferKind::heads:
      return "queries, keys and values";
    case TransferKind::mixed_values:
      return "mixed values";
    case TransferKind::activation:
      return "activations";
  }
  return "";
}

/// Checks the transfers of a mapping, operator by operator.
class Deliveries {
 public:
  Deliveries(const Mapping& mapping, const HeldByCopy& held) : mapping_(mapping), held_(held) {
    for (const Transfer& t : mapping.transfers) {
      const auto key = std::tuple(t.kind, t.vertex, t.from, t.copy);
      if (!by_key_.emplace(key, &t).second) {
        violated(fmt::format("{} of {} are sent twice", name_of(t.kind), name(t.vertex)));
      }
    }
  }

  void check() {
    for (const Index vertex : mapping_.network.order) {
      check_consumed(vertex);
      const Operator& op = mapping_.network.op(vertex);
      if (stored(op)) check_sums(vertex, op);
      if (op.kind == OpKind::attention_values) {
        const Transfer& t = only(TransferKind::mixed_values, vertex, -1, 0);
        expect_hub(t, home(vertex));
        expect_bytes(t, mapping_.network.spec.query_width(), widths().activation_bits);
      }
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
    std::int64_t sum = 0;
    for (const std::int64_t bytes : t.bytes) sum += bytes;
    if (sum >= whole_bytes(n, bits)) return;
    violated(fmt::format("{} of {}: {} bytes; {} elements of {} bits are consumed", name_of(t.kind),
                         name(t.vertex), sum, n, bits));
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
      const auto bytes = whole_bytes(op.in_features, widths().input_bits);
      for (size_t i = 0; i < t.tiles.size(); ++i) expect_tile(t, i, held, bytes);
    }
  }

  void check_consumed(Index vertex) {
    const Operator& op = mapping_.network.op(vertex);
    const auto [begin, end] = boost::in_edges(static_cast<size_t>(vertex), mapping_.network.graph);
    if (begin == end && stored(op)) check_inputs(vertex, -1, op);
    for (auto edge = begin; edge != end; ++edge) {
      const auto from = static_cast<Index>(boost::source(*edge, mapping_.network.graph));
      if (stored(op)) {
        check_inputs(vertex, from, op);
      } else if (op.kind == OpKind::attention_scores) {
        const Transfer& t = only(TransferKind::heads, vertex, from, 0);
        expect_hub(t, home(from));
        const TransformerSpec& spec = mapping_.network.spec;
        expect_bytes(t, spec.query_width() + 2 * spec.kv_width(), widths().kv_bits);
      } else if (op.kind != OpKind::softmax && op.kind != OpKind::attention_values) {
        const Transfer& t = only(TransferKind::activation, vertex, from, 0);
        expect_hub(t, home(from));
        expect_bytes(t, mapping_.network.op(from).out_features, widths().activation_bits);
        if (t.tiles != std::vector<Index>{home(vertex)}) {
          violated(
              fmt::format("activations of {} do not reach tile {}", name(vertex), home(vertex)));
        }
      }
    }
  }

  void check_sums(Index vertex, const Operator& op) {
    Index bits = widths().input_bits + widths().weight_bits;
    while (Index{1} << (bits - widths().input_bits - widths().weight_bits) < op.in_features) ++bits;
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

/// Where a link leads from and to.
using Ends = std::vector<std::pair<Index, Index>>;

Ends ends_of(const Mesh& mesh) {
  Ends ends(static_cast<size_t>(mesh.n_links()));
  const auto number = boost::get(boost::edge_index, mesh.graph());
  BGL_FORALL_EDGES_T(edge, mesh.graph(), MeshGraph) {
    ends[static_cast<size_t>(number[edge])] = {
        static_cast<Index>(boost::source(edge, mesh.graph())),
        static_cast<Index>(boost::target(edge, mesh.graph()))};
  }
  return ends;
}

/// Each link of a multicast starts where the message has already been; all tiles are reached.
void check_multicast(const Transfer& t, const Route& route, const Ends& ends) {
  std::set<Index> reached{t.hub};
  for (const LinkLoad& load : route.links) {
    const auto [from, to] = ends.at(static_cast<size_t>(load.link));
    if (!reached.contains(from) || !reached.insert(to).second || load.bytes != t.bytes.front()) {
      violated(fmt::format("a multicast of {} bytes from tile {} takes link {} to {} with {} bytes",
                           t.bytes.front(), t.hub, from, to, load.bytes));
    }
  }
  for (const Index tile : t.tiles) {
    if (reached.contains(tile)) continue;
    violated(fmt::format("a multicast from tile {} does not reach tile {}", t.hub, tile));
  }
}

/// What enters a tile, less what leaves it, is what the transfer leaves there.
void check_unicasts(const Transfer& t, const Route& route, const Ends& ends) {
  std::map<Index, std::int64_t> left;
  const std::int64_t sign = t.to_hub() ? -1 : 1;
  for (const LinkLoad& load : route.links) {
    const auto [from, to] = ends.at(static_cast<size_t>(load.link));
    left[to] += load.bytes;
    left[from] -= load.bytes;
  }
  for (size_t i = 0; i < t.tiles.size(); ++i) {
    left[t.tiles[i]] -= sign * t.bytes[i];
    left[t.hub] += sign * t.bytes[i];
  }
  for (const auto& [tile, bytes] : left) {
    if (bytes == 0) continue;
    violated(fmt::format("a route from or to tile {} leaves {} bytes too many on tile {}", t.hub,
                         bytes, tile));
  }
}

void check_routes(const Mapping& mapping) {
  if (mapping.routes.size() != mapping.transfers.size()) {
    violated(
        fmt::format("{} routes for {} transfers", mapping.routes.size(), mapping.transfers.size()));
  }
  const Ends ends = ends_of(mapping.chip.mesh);
  for (size_t i = 0; i < mapping.routes.size(); ++i) {
    const Transfer& t = mapping.transfers[i];
    const auto check = t.kind == TransferKind::input ? check_multicast : check_unicasts;
    check(t, mapping.routes[i], ends);
  }
}

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
      wanted[tile] += whole_bytes(matmul.rows, widths.input_bits) +
                      whole_bytes(here.columns, widths.partial_sum_bits(matmul.rows));
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
    bytes += whole_bytes(matmul.weights(), mapping.chip.widths.weight_bits);
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
                        spec.n_tiles(),
                        spec.macros_per_tile,
                        inputs_per_array(spec.macro),
                        weight_columns(spec.macro),
                        spec.head,
                        {}};
  for (const StaticMatmul& matmul : mapping.network.matmuls) {
    capacities.digital.push_back(!in_crossbars(matmul, spec));
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

/// Row tiles and column tiles of the first copies, where no two blocks share an array.
void check_unshared(const Mapping& mapping, const Capacities& capacities,
                    const std::vector<StoredBlock>& stored) {
  if (mapping.arrangement.arrays != std::ssize(stored)) return;
  std::vector<Block> blocks;
  std::vector<Slot> slots;
  for (const StoredBlock& s : stored) {
    if (s.copy != 0) continue;
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
  const HeldByCopy held = held_by_copy(stored);
  check_buffers(mapping, held, report);
  check_dram(mapping);
  Deliveries(mapping, held).check();
  check_routes(mapping);
  for (const char* text :
       {"the DRAM holds the weights that are not in crossbars",
        "every operator receives each byte that it consumes from the tile that produced it",
        "nothing is sent that no operator consumes",
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

// SPDX-License-Identifier: Apache-2.0
#include "mapping/shape/shape_energy.h"

#include <algorithm>
#include <numeric>

#include "mapping/chip/chip.h"
#include "mapping/chip/tile_wires.h"
#include "mapping/chip/transfers.h"
#include "mapping/shape/attention_counts.h"

namespace ohm {
namespace {

/// Counts what the operators of all layers take.
class EnergyCount {
 public:
  EnergyCount(const ShapeCase& c, MacroFigures& figures, const InputStatistics& activity)
      : c_(c),
        unit_(c.chip.digital),
        figures_(figures),
        activity_(activity),
        runs_(c.request),
        equal_(row_split_of(c.chip) == "equal"),
        layers_(c.network.kinds.size(), 0) {
    for (const LayerUse& use : c.network.layers) ++layers_[use.kind];
  }

  ShapeEnergy run() {
    for (size_t k = 0; k < layers_.size(); ++k) {
      for (const ShapeOperator& op : c_.network.kinds[k].operators) {
        if (works_in(op, c_.request)) count(k, op);
      }
    }
    count_layers();
    const ChipSpec& chip = c_.chip;
    const auto energy = [](std::int64_t bytes, JoulesPerByte each) {
      return static_cast<double>(bytes) * each.si();
    };
    energy_[ShapePart::buffer] = energy(buffer_, chip.buffer.energy);
    energy_[ShapePart::dram] = energy(dram_, chip.dram.energy);
    energy_[ShapePart::tile_wires] =
        energy(wires_, tile_wire_energy(chip.noc, chip.macros_per_tile, c_.chips.link_length));
    return std::move(energy_);
  }

 private:
  void add(ShapePart part, std::int64_t count, const ElementSpec& each) {
    energy_[part] += static_cast<double>(count) * each.energy.si();
  }

  void add_macs(std::int64_t count) {
    energy_.macs += count;
    energy_[ShapePart::attention_mac] +=
        static_cast<double>(count) * unit_.attention_mac_energy.si();
  }

  std::int64_t activations(Index n) const { return bytes_of(n, unit_.activation_bits); }

  /// An operator of all layers of a kind.
  void count(size_t k, const ShapeOperator& op) {
    const std::int64_t runs = layers_[k] * runs_[op.tokens].all();
    const TransformerSpec& s = c_.network.spec;
    switch (op.kind) {
      case OpKind::matmul:
        return count_matmul(k, op, runs);
      case OpKind::embedding:
        return count_embedding(op, runs);
      case OpKind::attention_scores:
      case OpKind::softmax:
      case OpKind::attention_values:
        return;  // layer by layer
      case OpKind::norm:
        return elementwise(ShapePart::norm, norm_element(unit_, s.norm), op, runs);
      case OpKind::activation:
        return elementwise(ShapePart::activation, activation_element(unit_, op.function), op, runs);
      case OpKind::residual:
        return elementwise(ShapePart::residual, unit_.residual, op, runs);
      case OpKind::gate:
        return elementwise(ShapePart::gate, gate_element(unit_), op, runs);
      case OpKind::rope:
        add(ShapePart::rope, runs * op.rotated, rope_element(unit_));
        buffer_ += runs * 2 * activations(op.rotated);
        return;
      case OpKind::routing:
        add(ShapePart::softmax, runs * s.n_experts, unit_.softmax);
        add(ShapePart::accumulate, runs * s.n_experts * s.experts_per_token, unit_.accumulate);
        buffer_ += runs * 2 * activations(s.n_experts);
        return;
      case OpKind::combine: {
        const Index terms = s.experts_per_token + s.n_shared_experts;
        add(ShapePart::combine, runs * terms * op.out, combine_element(unit_));
        buffer_ += runs * (terms + 1) * activations(op.out);
        return;
      }
    }
  }

  void elementwise(ShapePart part, const ElementSpec& each, const ShapeOperator& op,
                   std::int64_t runs) {
    add(part, runs * op.in, each);
    buffer_ += runs * (op.operands + 1) * activations(op.in);
  }

  void count_embedding(const ShapeOperator& op, std::int64_t runs) {
    const Index tables = c_.network.tables;
    const Index sums = c_.network.spec.is_image() ? tables : tables - 1;
    add(ShapePart::residual, runs * sums * op.out, unit_.residual);
    dram_ += runs * tables * activations(op.out);
    buffer_ += runs * activations(op.out);
  }

  void count_matmul(size_t k, const ShapeOperator& op, std::int64_t runs) {
    const MacroSpec& macro = figures_.macro();
    if (op.operands == 0) {
      dram_ += runs * bytes_of(op.in, macro.input.bits);
    } else {
      add(ShapePart::quantise, runs * op.in, unit_.quantise);
      buffer_ += runs * activations(op.in);
    }
    add(ShapePart::dequantise, runs * op.out, unit_.dequantise);
    buffer_ += runs * activations(op.out);
    const MatrixArrays& matrix = c_.layout.matrices[k][static_cast<size_t>(op.matrix)];
    if (!matrix.stored()) {
      add_macs(runs * op.in * op.out);
      dram_ += runs * bytes_of(op.in * op.out, macro.weight.bits);
      return;
    }
    energy_.macs += runs * op.in * op.out;
    const Index row_tiles = matrix.blocks.grid.row_tiles;
    add(ShapePart::accumulate, runs * (row_tiles - 1) * op.out, unit_.accumulate);
    count_macros(matrix, op.in, runs);
  }

  /// Blocks of one size at a time: full rows and the rest, full columns and the rest.
  void count_macros(const MatrixArrays& matrix, Index rows, std::int64_t runs) {
    const BlockGrid& blocks = matrix.blocks;
    const Index n = blocks.grid.row_tiles;
    const Index larger = equal_ ? rows % n : n - 1;
    const Index large = equal_ ? rows / n + 1 : figures_.shape().rows;
    const Index small = equal_ ? rows / n : rows - (n - 1) * large;
    for (const auto& [height, high] : {std::pair(large, larger), std::pair(small, n - larger)}) {
      if (high == 0) continue;
      add_mvms(height, blocks.last_width, high * runs);
      const Index wide = blocks.grid.column_tiles - 1;
      if (wide > 0) add_mvms(height, blocks.width, wide * high * runs);
    }
  }

  void add_mvms(Index rows, Index columns, std::int64_t mvms) {
    const std::vector<double>& each = figures_.of(rows, columns, activity_).energy;
    energy_.macros.resize(std::max(energy_.macros.size(), each.size()), 0.0);
    for (size_t i = 0; i < each.size(); ++i) {
      energy_.macros[i] += static_cast<double>(mvms) * each[i];
    }
  }

  /// What depends on how arrays fall on tiles.
  void count_layers() {
    size_t attention = 0, kind_before = 0;
    const AttentionSpread* before = nullptr;
    std::vector<AttentionCounts> counts;
    for (size_t l = 0; l < c_.network.layers.size(); ++l) {
      const size_t k = c_.network.layers[l].kind;
      const LayerKind& kind = c_.network.kinds[k];
      const MatrixSpread* spreads = c_.layout.spreads_of(l);
      for (const ShapeOperator& op : kind.operators) {
        const auto m = static_cast<size_t>(op.matrix);
        if (op.matrix < 0 || !works_in(op, c_.request)) continue;
        if (!c_.layout.matrices[k][m].stored()) continue;
        const auto inputs = bytes_of(op.in, figures_.macro().input.bits);
        const std::int64_t bytes =
            runs_[op.tokens].all() * (spreads[m].tiles() * inputs + spreads[m].sum_bytes);
        buffer_ += 2 * bytes;
        wires_ += bytes;
      }
      if (!kind.attends) continue;
      const AttentionSpread& spread = c_.layout.attention[attention++];
      if (before == nullptr || !alike(*before, spread) || k != kind_before) {
        counts = count_attention(kind, spread);
      }
      before = &spread;
      kind_before = k;
      for (const AttentionCounts& each : counts) book(each);
    }
  }

  /// Layers that are spread alike count alike.
  std::vector<AttentionCounts> count_attention(const LayerKind& kind,
                                               const AttentionSpread& spread) const {
    std::vector<AttentionCounts> counts;
    Index operands = 0;
    AttentionSpread seen;
    for (const ShapeOperator& op : kind.operators) {
      if (!works_in(op, c_.request)) continue;
      if (op.keeps) counts.push_back(source_key_counts(c_, spread, op.out));
      if (op.kind == OpKind::attention_scores) {
        seen = seen_by(spread, op.crosses, c_.request);
        operands = operands_of(kind, op);
      }
      if (op.kind != OpKind::attention_values) continue;
      counts.push_back(attention_counts(c_, seen, operands, op.out));
    }
    return counts;
  }

  /// Elements of the scores' operands that this pass makes.
  Index operands_of(const LayerKind& kind, const ShapeOperator& scores) const {
    Index operands = 0;
    for (const int from : scores.from) {
      const ShapeOperator& op = kind.operators[static_cast<size_t>(from)];
      if (works_in(op, c_.request)) operands += op.out;
    }
    return operands;
  }

  void book(const AttentionCounts& counts) {
    add(ShapePart::quantise, counts.quantised, unit_.quantise);
    add(ShapePart::softmax, counts.softmax, unit_.softmax);
    const TransformerSpec& s = c_.network.spec;
    if (s.positions == "relative") add(ShapePart::residual, counts.biased, unit_.residual);
    if (s.positions == "alibi") add(ShapePart::combine, counts.softmax, combine_element(unit_));
    if (s.score_cap > 0) {
      add(ShapePart::activation, counts.softmax, activation_element(unit_, "tanh"));
    }
    add(ShapePart::accumulate, counts.accumulated, unit_.accumulate);
    add_macs(counts.macs);
    buffer_ += counts.buffer;
    dram_ += counts.dram;
    energy_.kv_bytes_in_dram += counts.kept_in_dram;
  }

  const ShapeCase& c_;
  const DigitalSpec& unit_;
  MacroFigures& figures_;
  const InputStatistics& activity_;
  const RunsOf runs_;
  const bool equal_;
  std::vector<Index> layers_;  // by kind
  std::int64_t buffer_ = 0, dram_ = 0, wires_ = 0;
  ShapeEnergy energy_;
};

/// A tile's static power.
struct TileStatics {
  Watts on, gated, off;
};

/// As tile_power(), from figures of the macro that are known.
TileStatics statics_of(const ChipSpec& chip, const MacroFigures& figures) {
  const GatingSpec& gating = chip.gating;
  const auto macros = static_cast<double>(chip.macros_per_tile);
  const Watts memory = macros * figures.weight_leakage() + chip.buffer.leakage;
  const Watts router = chip.leakage * chip.noc.router_area;
  const Watts circuits =
      macros * (figures.leakage() - figures.weight_leakage()) + chip.leakage * chip.digital.area;
  const Watts on = circuits + memory + router;
  return {on, gating.retained * circuits + gating.memory_retained * memory + router,
          gating.kind == "none" ? on : gating.retained * on};
}

}  // namespace

const char* to_string(ShapePart part) {
  static constexpr const char* kNames[kShapeParts] = {"quantise",
                                                      "dequantise",
                                                      "accumulate",
                                                      "norm",
                                                      "activation",
                                                      "residual",
                                                      "rope",
                                                      "gate",
                                                      "combine",
                                                      "softmax",
                                                      "attention_mac",
                                                      "buffer",
                                                      "tile_wires",
                                                      "dram",
                                                      "noc_router",
                                                      "noc_link",
                                                      "leakage",
                                                      "leakage_gated",
                                                      "dram_background",
                                                      "link_idle",
                                                      "parts"};
  return kNames[static_cast<size_t>(part)];
}

ShapeEnergy& ShapeEnergy::operator+=(const ShapeEnergy& pass) {
  macros.resize(std::max(macros.size(), pass.macros.size()), 0.0);
  for (size_t i = 0; i < pass.macros.size(); ++i) macros[i] += pass.macros[i];
  for (size_t p = 0; p < kShapeParts; ++p) parts[p] += pass.parts[p];
  macs += pass.macs;
  kv_bytes_in_dram += pass.kv_bytes_in_dram;
  return *this;
}

double ShapeEnergy::total() const {
  return std::accumulate(macros.begin(), macros.end(), 0.0) +
         std::accumulate(parts.begin(), parts.end(), 0.0);
}

ShapeEnergy shape_energy(const ShapeCase& c, MacroFigures& figures,
                         const InputStatistics& activity) {
  return EnergyCount(c, figures, activity).run();
}

void add_traffic_energy(const ShapeCase& c, const ShapeTraffic& traffic, ShapeEnergy& energy) {
  const NocSpec& noc = c.chip.noc;
  double link = (noc.link_energy * c.chips.link_length).si();
  for (const LevelSpec& level : c.chip.system) link = std::min(link, level.link.energy.si());
  energy[ShapePart::noc_router] = static_cast<double>(traffic.routers) * noc.router_energy.si();
  energy[ShapePart::noc_link] = static_cast<double>(traffic.links) * link;
}

void add_static_energy(const ShapeCase& c, Seconds makespan, double worked, ShapeEnergy& energy) {
  const ChipSpec& chip = c.chip;
  const TileStatics tile = statics_of(chip, c.figures);
  const auto used = static_cast<double>(c.layout.tiles);
  const double unused = static_cast<double>(c.chips.columns * c.chips.rows) - used;
  const bool gates = chip.gating.gates_idle_tiles();
  const Watts waiting = gates ? std::min(tile.on, tile.gated) : tile.on;
  const bool off = chip.gating.kind != "none";
  energy[ShapePart::leakage] = ((off ? used : used + unused) * waiting * makespan).si();
  if (off) energy[ShapePart::leakage_gated] = (unused * tile.off * makespan).si();
  energy[ShapePart::dram_background] =
      (static_cast<double>(c.chips.drams) * chip.dram.background * makespan).si();
  energy[ShapePart::link_idle] = (c.chips.idle_links * makespan).si();
  const Seconds working(worked * 1e-12);
  const Joules parts =
      c.figures.core().power * working / static_cast<double>(chip.core.macros) +
      c.figures.tile().power * working / static_cast<double>(chip.macros_per_tile) +
      static_cast<double>(c.chips.chips) * c.figures.chip().power * makespan;
  energy[ShapePart::parts] = parts.si();
}

}  // namespace ohm

// SPDX-License-Identifier: Apache-2.0
#include "mapping/estimate/attention_work.h"

#include <algorithm>

#include "mapping/network/attention_shape.h"
#include "mapping/schedule/plan_attention.h"

namespace ohm {
namespace {

/// Positions attended to in a phase, split by where their keys and values lie.
struct Positions {
  std::int64_t total = 0, beyond = 0;
};

/// Counts of one operator in one phase.
class AttentionCount {
 public:
  AttentionCount(const Mapping& mapping, Index vertex, const Request& request, const Phase& phase)
      : mapping_(mapping),
        network_(mapping.network),
        op_(network_.op(vertex)),
        shape_(attention_shape(network_.spec)),
        vertex_(vertex),
        request_(within(request, op_.window)),
        seen_(seen_by(network_, vertex, request)),
        phase_(phase),
        crosses_(is_cross_attention(network_, vertex)),
        kept_(buffered_positions(mapping, vertex, request)),
        runs_(runs_of(network_, op_, request, phase)),
        positions_(positions()) {}

  AttentionWork scores() const {
    AttentionWork work;
    const std::int64_t spilled = spilled_positions();
    const std::int64_t stored = crosses_ ? 0 : runs_ - spilled;
    const Index quantised = operands();
    work.quantised = runs_ * quantised;
    work.buffer = runs_ * activations(quantised) +
                  2 * runs_ * site().tiles_per_team() *
                      bytes_of(shape_.heads * shape_.key, widths().query_bits);
    if (engine()) return work;
    work.macs = positions_.total * shape_.heads * shape_.key;
    work.buffer += stored * in_tiles(shape_.cached) + buffered() * in_tiles(shape_.key);
    work.dram_written = spilled * in_dram(shape_.cached);
    work.dram = work.dram_written + positions_.beyond * in_dram(shape_.key);
    return work;
  }

  AttentionWork softmax() const {
    AttentionWork work;
    if (engine() && engine()->replaces_softmax()) return work;
    work.softmax = positions_.total * shape_.heads;
    work.buffer = 2 * work.softmax * widths().activation_bits / 8;
    return work;
  }

  AttentionWork values() const {
    AttentionWork work;
    work.buffer = runs_ * activations(op_.out_features);
    if (!engine() || !engine()->replaces_softmax()) {
      work.buffer += positions_.total * shape_.heads * widths().activation_bits / 8;
    }
    work.accumulated = runs_ * (blocks() - 1) * shape_.heads * shape_.value;
    const Index merges = site().tiles_per_team() - 1;  // of each head
    const LaneWork each = merge_work(shape_, shape_.heads, widths().activation_bits);
    work.accumulated += runs_ * merges * each.elements;
    work.buffer += runs_ * merges * each.bytes;
    if (engine()) return work;
    work.macs = positions_.total * shape_.heads * shape_.value;
    work.buffer += buffered() * in_tiles(shape_.value);
    // latents have come with the scores
    work.dram = positions_.beyond * in_dram(shape_.cached - shape_.key);
    return work;
  }

 private:
  /// Blocks that an encoder's keys stream in: between them sums are rescaled.
  Index blocks() const {
    const AttentionSpec& spec = mapping_.chip.spec.attention;
    if (request_.decoder || spec.overlap != "blocks") return 1;
    return (request_.prompt - 1) / spec.block + 1;
  }
  const AttentionEngine* engine() const { return mapping_.chip.attention.get(); }
  const Widths& widths() const { return mapping_.chip.widths; }
  const AttentionSite& site() const {
    return mapping_.placement.attention[static_cast<size_t>(op_.layer)];
  }
  std::int64_t activations(Index n) const { return bytes_of(n, widths().activation_bits); }

  /// `n` elements of one position for each head of keys, in all tiles that hold it.
  std::int64_t in_tiles(Index n) const {
    return bytes_of(site().teams.kv_copies() * n, widths().kv_bits);
  }
  std::int64_t in_dram(Index n) const { return bytes_of(shape_.kv_heads * n, widths().kv_bits); }

  std::int64_t buffered() const { return positions_.total - positions_.beyond; }

  Positions positions() const {
    Positions sum;
    for (Index t = phase_.first; t <= phase_.last; ++t) {
      const Index seen = positions_of(seen_, t);
      sum.total += request_.batch * seen;
      sum.beyond += request_.batch * std::max<Index>(0, seen - kept_);
    }
    return sum;
  }

  /// Positions of the phase whose keys and values go to the DRAM.
  std::int64_t spilled_positions() const {
    if (crosses_ || (request_.window > 0 && kept_ >= request_.window)) return 0;
    return request_.batch * std::max<Index>(0, phase_.last + 1 - std::max(kept_, phase_.first));
  }

  /// Elements of the scores' operands that this pass makes.
  Index operands() const {
    Index sum = 0;
    const auto [begin, end] = boost::in_edges(static_cast<size_t>(vertex_), network_.graph);
    for (auto edge = begin; edge != end; ++edge) {
      const auto from = static_cast<Index>(boost::source(*edge, network_.graph));
      if (reads_source(network_, from) != request_.first_stack) continue;
      sum += network_.op(from).out_features;
    }
    return sum;
  }

  const Mapping& mapping_;
  const Network& network_;
  const Operator& op_;
  const AttentionShape shape_;
  const Index vertex_;
  const Request request_;  // with the window of the layer
  const Request seen_;
  const Phase& phase_;
  const bool crosses_;
  const Index kept_;
  const std::int64_t runs_;
  const Positions positions_;
};

}  // namespace

AttentionWork attention_work(const Mapping& mapping, Index vertex, const Request& request,
                             const Phase& phase) {
  const AttentionCount counter(mapping, vertex, request, phase);
  switch (mapping.network.op(vertex).kind) {
    case OpKind::attention_scores:
      return counter.scores();
    case OpKind::softmax:
      return counter.softmax();
    case OpKind::attention_values:
      return counter.values();
    default:
      return {};
  }
}

AttentionWork source_key_work(const Mapping& mapping, Index cross_kv, const Request& request) {
  const Widths& widths = mapping.chip.widths;
  const Operator& op = mapping.network.op(cross_kv);
  const AttentionSite& site = mapping.placement.attention[static_cast<size_t>(op.layer)];
  const Index kept = buffered_positions(mapping, cross_kv, request);
  const std::int64_t positions = request.batch * request.prompt;
  const std::int64_t spilled = request.batch * std::max<Index>(0, request.prompt - kept);
  AttentionWork work;
  work.quantised = positions * op.out_features;
  work.buffer = positions * bytes_of(op.out_features, widths.activation_bits);
  if (mapping.chip.attention) return work;
  const Index cached = attention_shape(mapping.network.spec).cached;
  work.buffer += (positions - spilled) * bytes_of(site.teams.kv_copies() * cached, widths.kv_bits);
  work.dram = work.dram_written = spilled * kv_bytes_per_position(mapping);
  return work;
}

}  // namespace ohm

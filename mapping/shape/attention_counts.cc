// SPDX-License-Identifier: Apache-2.0
#include "mapping/shape/attention_counts.h"

#include <algorithm>

#include "mapping/chip/transfers.h"
#include "mapping/network/attention_shape.h"
#include "mapping/schedule/plan_attention.h"
#include "mapping/shape/growth_sum.h"

namespace ohm {
namespace {

class PhaseCounter {
 public:
  PhaseCounter(const ShapeCase& c, const AttentionSpread& spread, Index operands, Index out)
      : request_(within(c.request, spread.window)),
        spread_(spread),
        shape_(attention_shape(c.network.spec)),
        operands_(operands),
        out_(out),
        kv_bits_(c.chip.kv_bits),
        query_bits_(c.chip.query_bits()),
        activation_bits_(c.chip.digital.activation_bits) {}

  /// Tokens first … last.
  void add(Index first, Index last, AttentionCounts& sum) const {
    if (last < first) return;
    const std::int64_t runs = request_.batch * (last - first + 1);
    const std::int64_t total = spread_.source > 0
                                   ? runs * spread_.source
                                   : request_.batch * attended_positions(request_, first, last);
    Growth beyond_growth{1, 1, spread_.buffered, 0};
    beyond_growth.always = spread_.source;
    const std::int64_t beyond =
        request_.batch * growth_sum(beyond_growth, request_, first, last).occupied;
    const std::int64_t spilled = spilled_positions(first, last), scores = total * shape_.heads;
    const std::int64_t stored = spread_.source > 0 ? 0 : runs - spilled;
    sum.quantised += runs * operands_;
    sum.macs += scores * (shape_.key + shape_.value);
    sum.softmax += scores;
    if (spread_.source == 0) sum.biased += scores;
    const Index merges = spread_.tiles_per_team - 1;  // of each head
    const LaneWork merge = merge_work(shape_, shape_.heads, activation_bits_);
    sum.accumulated += runs * merges * merge.elements;
    const std::int64_t queries =
        2 * spread_.tiles_per_team * bytes_of(shape_.heads * shape_.key, query_bits_);
    sum.buffer += runs * (activations(operands_) + activations(out_) + queries) +
                  runs * merges * merge.bytes + stored * in_tiles(shape_.cached) +
                  (total - beyond) * (in_tiles(shape_.key) + in_tiles(shape_.value)) +
                  2 * scores * activation_bits_ / 8 + scores * activation_bits_ / 8;
    sum.dram += spilled * in_dram(shape_.cached) + beyond * in_dram(shape_.key) +
                beyond * in_dram(shape_.cached - shape_.key);
  }

  std::int64_t kept_in_dram() const {
    const Index held =
        spread_.source > 0 ? spread_.source : positions_of(request_, request_.tokens() - 1);
    return std::max<Index>(0, held - spread_.buffered) * request_.batch * in_dram(shape_.cached);
  }

 private:
  std::int64_t activations(Index n) const { return bytes_of(n, activation_bits_); }
  /// `n` elements of one position for each head of keys, in all tiles that hold it.
  std::int64_t in_tiles(Index n) const { return bytes_of(spread_.kv_copies * n, kv_bits_); }
  std::int64_t in_dram(Index n) const { return bytes_of(shape_.kv_heads * n, kv_bits_); }

  std::int64_t spilled_positions(Index first, Index last) const {
    const Index kept = spread_.buffered;
    if (spread_.source > 0 || (request_.window > 0 && kept >= request_.window)) return 0;
    return request_.batch * std::max<Index>(0, last + 1 - std::max(kept, first));
  }

  const Request request_;  // with the window of the layer
  const AttentionSpread& spread_;
  const AttentionShape shape_;
  const Index operands_, out_, kv_bits_, query_bits_, activation_bits_;
};

}  // namespace

AttentionCounts attention_counts(const ShapeCase& c, const AttentionSpread& spread, Index operands,
                                 Index out) {
  const PhaseCounter counter(c, spread, operands, out);
  AttentionCounts sum;
  counter.add(0, c.request.prompt - 1, sum);
  counter.add(c.request.prompt, c.request.tokens() - 1, sum);
  sum.kept_in_dram = c.request.first_stack ? 0 : counter.kept_in_dram();
  return sum;
}

AttentionCounts source_key_counts(const ShapeCase& c, const AttentionSpread& spread, Index out) {
  const AttentionShape shape = attention_shape(c.network.spec);
  const Index bits = c.chip.kv_bits;
  const std::int64_t positions = c.request.batch * c.request.prompt;
  const std::int64_t spilled =
      c.request.batch * std::max<Index>(0, c.request.prompt - spread.buffered);
  AttentionCounts sum;
  sum.quantised = positions * out;
  sum.buffer = positions * bytes_of(out, c.chip.digital.activation_bits) +
               (positions - spilled) * bytes_of(spread.kv_copies * shape.cached, bits);
  sum.dram = spilled * bytes_of(shape.kv_heads * shape.cached, bits);
  return sum;
}

}  // namespace ohm

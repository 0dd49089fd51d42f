// SPDX-License-Identifier: Apache-2.0
#include "mapping/shape/shape_times.h"

#include <algorithm>
#include <utility>

#include "mapping/attention/head_teams.h"
#include "mapping/chip/transfers.h"
#include "mapping/network/experts.h"
#include "mapping/schedule/plan_attention.h"
#include "mapping/shape/attention_traffic.h"
#include "mapping/shape/layer_steps.h"
#include "mapping/shape/layer_sums.h"
#include "mapping/shape/least_ways.h"

namespace ohm {
namespace {

/// Walks through the layers and adds up paths and work.
class Timing {
 public:
  explicit Timing(const ShapeCase& c)
      : c_(c),
        steps_(c),
        ways_(c.chip, c.chips.columns, c.chips.rows),
        runs_(c.request),
        attention_(c.network.spec, c.chip, c.request, c.chips.drams),
        shape_(attention_shape(c.network.spec)),
        share_(expert_share(c.network.spec, c.request.expert_imbalance)) {
    for (const LayerKind& kind : c.network.kinds) of_kind_.push_back(steps_.of(kind));
  }

  ShapeTimes run() {
    size_t attention = 0;
    for (layer_ = 0; layer_ < c_.network.layers.size(); ++layer_) {
      kind_ = &c_.network.kinds[c_.network.layers[layer_].kind];
      if (kind_->attends) spread_ = &c_.layout.attention[attention++];
      const ShapeOperator* last = last_of(*kind_, c_.request);
      if (last == nullptr) continue;
      if (last->keeps) {
        branch();
      } else if (!repeat()) {
        learn();
      }
    }
    settle();
    return result_;
  }

 private:
  /// The layers that this one and the one before it are like.
  std::pair<size_t, size_t> place() const {
    const auto& like = c_.layout.like;
    return {layer_ == 0 ? like.size() : like[layer_ - 1], like[layer_]};
  }

  /// A layer that begins on its tiles as an earlier one did, behind one that did, adds the same.
  bool repeat() {
    const auto [before, like] = place();
    for (const Known& known : known_) {
      if (known.before != before || known.like != like) continue;
      if (kind_->attends && !alike(*known.spread, *spread_)) continue;
      all_ = all_ + known.added;
      stream_.time = all_.time;
      owners_.on_stream() = known.on_stream;
      if (known.home == Home::kFirst) stream_.home = {};
      if (known.home >= 0) stream_.home = {c_.layout.homes_of(layer_)[known.home], Home::kStream};
      return true;
    }
    return false;
  }

  void learn() {
    const LayerSums so_far = std::exchange(all_, {});
    const Picoseconds begun = stream_.time;
    pass();
    const auto [before, like] = place();
    all_.time = stream_.time - begun;
    known_.push_back({before, like, spread_, all_, owners_.on_stream(), results_[last_].home.key});
    all_ = so_far + all_;
  }

  /// Keys and values for a layer of a second stack: nothing of this pass waits for them.
  void branch() {
    run_operators();
    all_.dram += attention_.source_spill(*spread_);
    branch_ = std::max(branch_, results_[last_].time - stream_.time);
    owners_.leave(stream_.home, result_.work);
  }

  void run_operators() {
    const size_t k = c_.network.layers[layer_].kind;
    matrices_ = c_.layout.matrices[k].data();
    results_.resize(kind_->operators.size());
    owners_.enter(kind_->matrices.size());
    for (size_t i = 0; i < kind_->operators.size(); ++i) {
      op_ = &kind_->operators[i];
      own_ = &of_kind_[k][i];
      const bool works = works_in(*op_, c_.request);
      results_[i] = works ? step() : elsewhere();
      if (works) last_ = i;
    }
  }

  /// Of an operator of the other pass only where its matrix stands.
  Result elsewhere() const {
    Result none;
    if (op_->matrix >= 0) none.home = {c_.layout.homes_of(layer_)[op_->matrix], matrix_key()};
    return none;
  }

  int matrix_key() const { return static_cast<int>(op_->matrix); }

  void pass() {
    run_operators();
    if (kind_->attends) attend();
    const Result& last = results_[last_];
    owners_.leave(last.home, result_.work);
    stream_ = {last.time, false, last.home};
    stream_.home.key = last.home.key == Home::kFirst ? Home::kFirst : Home::kStream;
  }

  void attend() {
    const auto [times, count] = attention_.of(*kind_, *spread_);
    all_.prompt += times.last_of_prompt;
    all_.generated += times.generated;
    // the first tile of a team takes part in all rounds of merging; each other's result is merged
    const Runs& runs = runs_[StepTokens::every];
    PhaseWork first = times.lanes, merged;
    first.add(count * merge_rounds(spread_->tiles_per_team) * merging(), runs);
    merged.add(count * spread_->teams * (spread_->tiles_per_team - 1) * merging(), runs);
    result_.work.add(ResourceKind::attention, times.units);
    result_.work.add(ResourceKind::digital, first);
    all_.digital += merged;
    all_.units += spread_->tiles * times.units;
    all_.digital += spread_->tiles * times.lanes;
    all_.dram += times.dram;
  }

  /// What is known only once all layers have passed.
  void settle() {
    const Index tiles = std::max<Index>(1, c_.layout.tiles);
    result_.work.add(ResourceKind::digital, owners_.on_stream());
    result_.work.add(ResourceKind::digital, all_.first);
    result_.work.add(ResourceKind::digital, busiest_of(all_.digital, tiles));
    result_.work.add(ResourceKind::attention, busiest_of(all_.units, tiles));
    result_.work.add(ResourceKind::dram, busiest_of(all_.dram, c_.chips.drams));
    const Index generated = c_.request.tokens() - c_.request.prompt;
    // keys and values of a prompt are stored one token after the other
    const Index behind = c_.request.decoder ? c_.request.prompt - 1 : 0;
    result_.prompt_path = all_.prompt + all_.time + behind * first_store_ + branch_;
    result_.generated_path = all_.generated + generated * all_.time;
    result_.worked = all_.worked;
    result_.traffic = all_.traffic;
  }

  Result step() {
    switch (op_->kind) {
      case OpKind::matmul:
        return matmul();
      case OpKind::attention_scores:
        return scores();
      case OpKind::attention_values:
        return values();
      case OpKind::softmax:
        return from(op_->from.front());
      default:
        return elementwise();
    }
  }

  const Result& from(int producer) const {
    return producer < 0 ? stream_ : results_[static_cast<size_t>(producer)];
  }

  /// The last producer's: of a residual the branch, of a product the gate.
  const Home& home_of_last() const {
    return from(*std::max_element(op_->from.begin(), op_->from.end())).home;
  }

  void work(const Home& home, Picoseconds busy) {
    const Picoseconds held = steps_.shared(busy, op_->expert);
    PhaseWork& unit = home.key == Home::kFirst ? all_.first : owners_.of(home);
    unit.add(held, runs_[op_->tokens]);
    all_.digital.add(held, runs_[op_->tokens]);
  }

  Result elementwise() {
    Result made;
    if (op_->from.empty()) {
      all_.dram.add(own_->fetch.busy, runs_[op_->tokens]);
      made.time = own_->fetch.busy + own_->fetch.start_up;
    } else {
      made.home = home_of_last();
      for (const int producer : op_->from) {
        const Result& each = from(producer);
        const Picoseconds time = each.time + way(producer, made.home);
        wait_for(time, each.attended, made);
      }
    }
    work(made.home, own_->own);
    made.time += own_->own;
    return made;
  }

  /// Bytes of a transfer over so many links at least, `injected` of them entering the network.
  void move(std::int64_t over_links, std::int64_t injected) {
    const std::int64_t runs = runs_[op_->tokens].all();
    all_.traffic.links += runs * over_links;
    if (over_links > 0) all_.traffic.routers += runs * (over_links + injected);
  }

  /// A vector from its producer, at least.
  Picoseconds way(int producer, const Home& home) {
    if (op_->kind == OpKind::rope || op_->kind == OpKind::routing) return 0;
    if (overlap(from(producer).home.tiles, home.tiles)) return 0;
    const bool stream = producer == ShapeOperator::kStream;
    const Index n = stream ? op_->out : kind_->operators[static_cast<size_t>(producer)].out;
    move(steps_.activations(n), steps_.activations(n));
    return ways_.multicast(steps_.activations(n), 1);
  }

  Result matmul() {
    Result made;
    if (op_->from.empty()) {
      made.time = own_->fetch.busy + own_->fetch.start_up;
    } else {
      made = from(op_->from.front());
      work(made.home, own_->quantise);
      made.time += own_->quantise;
    }
    const MatrixArrays& matrix = matrices_[op_->matrix];
    const bool stored = matrix.stored();
    if (stored && op_->from.empty()) all_.dram.add(own_->fetch.busy, runs_[op_->tokens]);
    made = stored ? in_arrays(made, matrix) : digital_head(made);
    if (op_->keeps)
      made.time = scatter(made, *op_, *spread_) + steps_.storing(*spread_, 0, shape_.cached);
    return made;
  }

  Result in_arrays(Result made, const MatrixArrays& matrix) {
    const MatrixSpread& spread = c_.layout.spreads_of(layer_)[op_->matrix];
    const Index copies = c_.layout.copies_of(layer_)[op_->matrix];
    const Index inside =
        copies > 1 || overlap(made.home.tiles, {spread.first_tile, spread.last_tile}) ? 1 : 0;
    const std::int64_t inputs = bytes_of(op_->in, c_.figures.macro().input.bits);
    made.time += ways_.multicast(inputs, spread.tiles() - inside);
    move(ways_.multicast_bytes(inputs, spread.tiles() - inside), inputs);
    made.time += multiply(matrix, copies);
    made.home = {c_.layout.homes_of(layer_)[op_->matrix], matrix_key()};
    const Picoseconds adding =
        std::max(steps_.lanes(spread.most_additions, c_.chip.digital.accumulate.cycles, 0),
                 steps_.buffer(spread.most_bytes));
    accumulate(made.home, spread, adding, copies);
    const std::int64_t arriving = spread.sum_bytes - spread.most_bytes;
    made.time += adding + ways_.gather(arriving, spread.tiles() - 1);
    move(ways_.star_bytes(arriving, spread.least_bytes, spread.tiles() - 1), arriving);
    share_copies(ResourceKind::link, ways_.star_link(arriving), copies);
    dequantise(made, spread);
    return made;
  }

  Picoseconds multiply(const MatrixArrays& matrix, Index copies) {
    const Picoseconds busy = std::max(matrix.load, matrix.interval);
    const Picoseconds held = steps_.shared(busy, op_->expert);
    share_copies(ResourceKind::macros, held, copies);
    const double all = static_cast<double>(runs_[op_->tokens].all() * held);
    all_.worked +=
        all * static_cast<double>(matrix.blocks.grid.size()) / (op_->expert ? share_ : 1.0);
    return std::max(busy, matrix.load + matrix.latency);
  }

  /// Copies take tokens in turn.
  void share_copies(ResourceKind kind, Picoseconds busy, Index copies) {
    const Runs& runs = runs_[op_->tokens];
    PhaseWork work;
    work.add(busy, {runs.sequence / copies, runs.prefill / copies, runs.decode / copies});
    result_.work.add(kind, work);
  }

  /// Every tile of the matrix works; what the owner has of it is known where it is the only one.
  void accumulate(const Home& home, const MatrixSpread& spread, Picoseconds adding, Index copies) {
    if (spread.tiles() == 1 && copies == 1 && home.tiles.size() == 1) return work(home, adding);
    all_.digital.add(steps_.shared(adding, op_->expert), runs_[op_->tokens]);
  }

  void dequantise(Result& made, const MatrixSpread& spread) {
    const DigitalSpec& unit = c_.chip.digital;
    std::int64_t received = spread.sum_bytes;
    if (spread.columns > op_->out) {
      const Picoseconds sums =
          steps_.lanes(spread.columns - op_->out, unit.accumulate.cycles, received);
      work(made.home, sums);
      made.time += sums;
      received = 0;
    }
    const Picoseconds scaling =
        steps_.lanes(op_->out, unit.dequantise.cycles, received + steps_.activations(op_->out));
    work(made.home, scaling);
    made.time += scaling;
  }

  Result digital_head(Result made) {
    if (!overlap(made.home.tiles, {0, 0})) {
      made.time += ways_.multicast(steps_.activations(op_->in), 1);
      move(steps_.activations(op_->in), steps_.activations(op_->in));
    }
    made.home = {};
    all_.dram.add(own_->fetch.busy, runs_[op_->tokens]);
    work(made.home, own_->dequantise);
    made.time += own_->fetch.busy + own_->fetch.start_up + own_->dequantise;
    return made;
  }

  Result scores() {
    Result made;
    made.home = home_of_last();
    const AttentionSpread seen = seen_by(*spread_, op_->crosses, c_.request);
    for (const int producer : op_->from) {
      const ShapeOperator& operand = kind_->operators[static_cast<size_t>(producer)];
      if (!works_in(operand, c_.request)) continue;
      made.time = std::max(made.time, scatter(from(producer), operand, seen));
    }
    const Picoseconds stored =
        steps_.storing(*spread_, shape_.key, op_->crosses ? 0 : shape_.cached);
    made.time += stored;
    if (first_store_ == 0) first_store_ = stored;
    made.attended = true;
    return made;
  }

  /// When an operand of attention is on the tiles of its heads.
  Picoseconds scatter(const Result& made, const ShapeOperator& op, const AttentionSpread& seen) {
    const Picoseconds quantise = steps_.quantise(op.out);
    work(made.home, quantise);
    const bool inside = overlap(made.home.tiles, {seen.first_tile, seen.last_tile});
    const LeastTraffic sent = AttentionTraffic(c_, ways_, seen).operand(op, inside);
    move(sent.links, sent.injected);
    return made.time + quantise + sent.time;
  }

  Result values() {
    Result made{0, true, home_of_last()};
    for (const int producer : op_->from) {
      if (from(producer).attended) made.time = std::max(made.time, from(producer).time);
    }
    const bool inside = overlap(made.home.tiles, {spread_->first_tile, spread_->last_tile});
    const AttentionTraffic traffic(c_, ways_, *spread_);
    const Index rounds = merge_rounds(spread_->tiles_per_team);
    for (Index round = 0; round < rounds; ++round) {
      const LeastTraffic sent = traffic.round(round);
      move(sent.links, sent.injected);
      made.time += sent.time + merging();
    }
    const LeastTraffic sent = traffic.result(inside);
    move(sent.links, sent.injected);
    made.time += sent.time;
    return made;
  }

  /// Of two partial results of a team.
  Picoseconds merging() const {
    const LaneWork work = merge_work(shape_, spread_->most_heads, c_.chip.digital.activation_bits);
    return steps_.lanes(work.elements, c_.chip.digital.accumulate.cycles, work.bytes);
  }

  const ShapeCase& c_;
  const StepClock steps_;
  const LeastWays ways_;
  const RunsOf runs_;
  AttentionClock attention_;
  const AttentionShape shape_;
  const double share_;
  std::vector<std::vector<OperatorSteps>> of_kind_;
  ShapeTimes result_;
  LayerSums all_;
  std::vector<Known> known_;
  Picoseconds first_store_ = 0;  // of the first layer that attends
  Picoseconds branch_ = 0;       // from the first stack's output until all keys of it are stored
  OwnerWork owners_;
  Result stream_;
  // of the layer at hand
  size_t layer_ = 0;
  const LayerKind* kind_ = nullptr;
  const MatrixArrays* matrices_ = nullptr;
  const AttentionSpread* spread_ = nullptr;
  const ShapeOperator* op_ = nullptr;
  const OperatorSteps* own_ = nullptr;
  std::vector<Result> results_;
  size_t last_ = 0;  // of the operators that work in this pass
};

}  // namespace

ShapeTimes shape_times(const ShapeCase& c) {
  return Timing(c).run();
}

}  // namespace ohm

// SPDX-License-Identifier: Apache-2.0
#include "mapping/structure/compose_times.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

#include "mapping/schedule/bounds.h"
#include "mapping/schedule/deposits.h"
#include "mapping/schedule/schedule.h"
#include "mapping/schedule/token_flow.h"
#include "mapping/structure/carried_plan.h"
#include "mapping/structure/decode_ring.h"
#include "mapping/structure/event_work.h"
#include "mapping/structure/shortened_prompt.h"

namespace ohm {
namespace {

Request prompt_of(Request request) {
  request.generate = std::min<Index>(1, request.generate);
  return request;
}

class Composer {
 public:
  Composer(const Mapping& mapping, const TokenPlan& plan, const Reduction& reduction,
           const Request& request)
      : mapping_(mapping),
        plan_(plan),
        reduction_(reduction),
        request_(request),
        prompt_(prompt_of(request)),
        kept_(carry_on(mapping, plan, reduction, 0)),
        lean_(kept_.plan),
        repeats_(kept_.repeats()) {}

  ComposedTimes run(Fidelity fidelity) const {
    const bool unasked = fidelity == Fidelity::automatic;
    const bool few = event_work(lean_) * jobs() <= (unasked ? kKeptWork : kAskedWork);
    if (fidelity == Fidelity::shape && request_.decoder) return shape();
    if (repeats_.empty() && few) return events();
    if (!request_.decoder) return of_encoder((unasked ? kQuickWork : kAskedWork) / jobs());
    if (request_.generate > 1 && request_.batch > 1) {
      if (never_waits()) {
        ComposedTimes times = shape();
        if (times.exact) return times;
      }
      const auto whole = whole_within(unasked ? kQuickWork : kAskedWork, jobs());
      if (whole) return through_whole(*whole);
    }
    ComposedTimes times = structure(unasked);
    if (times.fidelity == "shape" || request_.generate <= 1) return times;
    if (request_.batch == 1) {
      generate(lean_, repeats_, request_, times);
    } else if (!generate_together(request_, unasked, times)) {
      return shape();
    }
    return times;
  }

  /// The last token of every prompt and those after it, as if they had long been generated.
  ComposedTimes decode(Fidelity fidelity) const {
    if (request_.prompt == 1) return run(fidelity);  // nothing is in the cache
    const bool asks = fidelity != Fidelity::shape;
    if (!asks || (request_.batch > 1 && never_waits())) {
      ComposedTimes times = decode_by_shape();
      if (!asks || times.exact) return times;
    }
    const Index warm = request_.batch > 1 ? std::min(kWarmUp, request_.prompt - 2) : 0;
    Request later = request_;
    later.prompt -= 1 + warm;
    later.generate += 1 + warm + (request_.batch > 1 ? kCoolDown : 0);
    ComposedTimes times{spread_starts({lean_, repeats_, weights()}, later), 0, 0,
                        repeats_.empty() ? "events" : "structure", !reads_head_from_afar()};
    if (!generate_behind(later, fidelity == Fidelity::automatic, times)) return decode_by_shape();
    leave_out_rounds(warm, times);
    return times;
  }

 private:
  /// Rounds in which queues build up before, and those behind, in which they would run empty
  /// (GPT-2-small, 64 sequences: the last two steps take 208 and 251 us, those before 265).
  static constexpr Index kWarmUp = 2, kCoolDown = 3;
  /// A claim that is copied, in claims that are simulated (measured: GPT-3, 128 tokens).
  static constexpr double kCopied = 100.0;
  /// Tokens of a shortened prompt and of half of it (30 random networks: 192 are 2.4 % off on
  /// average, 64 are 3.3 %, 32 are 6.4 %).
  static constexpr double kTwoLengths = 1.5, kWantedTokens = 192.0, kFewestTokens = 32.0;

  /// Tokens whose closed forms tell those of more, which add no less each.
  static constexpr double kFlowTokens = 128.0;

  double jobs() const { return jobs_of(request_); }

  static double jobs_of(const Request& request) {
    return static_cast<double>(request.tokens()) * static_cast<double>(request.batch);
  }

  /// Whether closed forms are the times of events for tokens that are generated.
  bool never_waits() const {
    Request one = request_;
    one.batch = 1, one.generate = 2;
    return flow_tokens({lean_, repeats_, weights()}, one, one.prompt).exact;
  }

  ComposedTimes events() const {
    const Schedule s = schedule(lean_, request_);
    ComposedTimes times{s.outputs, s.makespan, s.bounds.critical_path, "events", true};
    keep_space(s, times);
    return times;
  }

  static void keep_space(const Schedule& s, ComposedTimes& times) {
    const auto waited = s.stalls.find("buffer");
    if (waited != s.stalls.end()) times.waited_for_space += waited->second;
    times.buffer_peaks.resize(s.buffer_peaks.size(), 0);
    std::transform(s.buffer_peaks.begin(), s.buffer_peaks.end(), times.buffer_peaks.begin(),
                   times.buffer_peaks.begin(),
                   [](std::int64_t now, std::int64_t before) { return std::max(now, before); });
  }

  /// By step: layers whose like it shares resources with.
  std::vector<Index> weights() const {
    if (!reduction_.one_memory) return std::vector<Index>(lean_.steps.size(), 1);
    std::vector<Index> layers;
    for (const Step& step : lean_.steps) {
      layers.push_back(reduction_.stands_for(mapping_.network.op(step.vertex).layer));
    }
    return layers;
  }

  /// Whether layers that stand for others read the memory that all layers share.
  bool shares_dram() const {
    const auto layers = weights();
    for (size_t k = 0; k < layers.size(); ++k) {
      for (const Claim& claim : lean_.steps[k].claims) {
        const auto& resource = lean_.resources[static_cast<size_t>(claim.resource)];
        if (layers[k] > 1 && resource.kind == ResourceKind::dram) return true;
      }
    }
    return false;
  }

  /// Whether layers left out lengthen the way of an output matrix that is read from the DRAM.
  bool reads_head_from_afar() const {
    const auto& matmuls = mapping_.network.matmuls;
    return !repeats_.empty() && std::any_of(matmuls.begin(), matmuls.end(), [&](const auto& m) {
      return m.layer < 0 && mapping_.placement.sites[static_cast<size_t>(m.id)].tiles.empty();
    });
  }

  /// No output of the prompt comes before the work of all layers allows it, nor its last one before
  /// its longest chain.
  void hold_back(ComposedTimes& times) const {
    const RepeatedPlan all{lean_, repeats_, weights()};
    const auto least =
        lengthened(prompt_, shorten_to(kFlowTokens, prompt_), [&](const Request& request) {
          FlowTimes flow = flow_tokens(all, request);
          times.critical_path = std::max(times.critical_path, flow.critical_path);
          return flow.outputs;
        });
    if (times.exact) return;
    for (size_t s = 0; s < least.size(); ++s) {
      times.outputs[s] = std::max(times.outputs[s], least[s]);
    }
  }

  ComposedTimes shape() const {
    const auto layers = weights();
    FlowTimes flow = flow_tokens({lean_, repeats_, layers}, request_);
    return {std::move(flow.outputs), flow.makespan, flow.critical_path, "shape",
            flow.exact && always_fits(lean_, request_) && !reads_head_from_afar()};
  }

  /// Periods of each run that may be carried on, of so much work for each of so many tokens.
  Index periods_within(double most, double tokens) const {
    Index kept = 1;  // what is before and behind all layers
    for (const LayerRun& run : reduction_.runs) kept += (run.kept - 1) / run.period + 1;
    const double work = event_work(lean_);
    const double copied = kCopied * event_work(plan_) / tokens;
    const double of_one = (work + copied) / static_cast<double>(kept);
    return static_cast<Index>(std::clamp((most - work) / of_one, 0.0, 1e6));
  }

  /// All layers, where so many tokens pass them within the work; else none.
  std::optional<CarriedPlan> whole_within(double work, double tokens) const {
    const double most = work / tokens;
    const Index left = kept_.most_left();
    if (event_work(lean_) > most || periods_within(most, tokens) < left) return std::nullopt;
    if (left == 0) return kept_;
    CarriedPlan whole = carry_on(mapping_, plan_, reduction_, left);
    if (!whole.is_whole()) return std::nullopt;
    return whole;
  }

  /// Prompts and what they generate, through all layers.
  ComposedTimes through_whole(const CarriedPlan& whole) const {
    const Schedule s = schedule(whole.plan, request_);
    ComposedTimes times{s.outputs, s.makespan, s.bounds.critical_path, "structure",
                        !reads_head_from_afar()};
    times.carried = whole.most;
    keep_space(s, times);
    return times;
  }

  /// First of the kept layers alone where they take little of the work.
  ComposedTimes of_encoder(double most) const {
    const Index more = periods_within(most, jobs());
    if (more == 0 || 4.0 * event_work(lean_) <= most) {
      ComposedTimes times = complete(through(kept_));
      if (more == 0 || times.exact || times.waited_for_space > 0) return times;
    }
    const CarriedPlan carried = carry_on(mapping_, plan_, reduction_, more);
    return complete(through(carried.carried > 0 ? carried : kept_));
  }

  /// All tokens where periods prove alike, or through half of the layers left out at least; else
  /// some of them.
  ComposedTimes structure(bool unasked) const {
    const double jobs = jobs_of(prompt_);
    const double work = event_work(lean_), most = (unasked ? kQuickWork : kAskedWork) / jobs;
    if (4.0 * work <= most) {
      ComposedTimes times = through(kept_);
      if (times.exact) return within_bounds(std::move(times));
    }
    const Index more = std::min(kept_.most_left(), periods_within(most, jobs));
    if (work <= most && 2 * more >= kept_.most_left()) {
      const CarriedPlan carried = carry_on(mapping_, plan_, reduction_, more);
      if (carried.is_whole()) return complete(through(carried));
      if (carried.carried > 0) return within_bounds(through(carried));
    }
    return of_some_tokens(unasked);
  }

  /// As many layers as leave enough tokens, then as many of these as the work allows.
  ComposedTimes of_some_tokens(bool unasked) const {
    const double work = unasked ? kShortWork : kAskedWork, all = jobs_of(prompt_);
    const double wanted = std::min(kWantedTokens, kTwoLengths * all);
    const Index more = std::min(kept_.most_left(), periods_within(work / wanted, wanted));
    const CarriedPlan carried =
        more > 0 ? carry_on(mapping_, plan_, reduction_, more) : CarriedPlan{};
    const CarriedPlan& plan = carried.carried > 0 ? carried : kept_;
    const double tokens = work / event_work(plan.plan) / kTwoLengths;
    if (unasked && tokens < std::min(kFewestTokens, all)) return shape();
    const Shortening shortening = shorten_to(std::max(tokens, kFewestTokens), prompt_);
    LengthenedPrompt found = lengthen(plan, prompt_, shortening);
    const Index stride = shortening.ratio(prompt_);
    ComposedTimes times{std::move(found.outputs), 0, 0, "structure", false, stride};
    times.carried = plan.most;
    times.shortening = shortening;
    keep_space(found.simulated, times);
    return within_bounds(std::move(times));
  }

  ComposedTimes through(const CarriedPlan& carried) const {
    const Schedule s = schedule(carried.plan, prompt_, 0, carried.watched());
    ComposedTimes times{s.outputs, 0, s.bounds.critical_path, "structure", !reads_head_from_afar()};
    times.carried = carried.most;
    keep_space(s, times);
    if (!carried.is_whole()) add_left_out(carried, s, times);
    return times;
  }

  void add_left_out(const CarriedPlan& carried, const Schedule& s, ComposedTimes& times) const {
    const auto jobs = static_cast<size_t>(prompt_.tokens() * prompt_.batch);
    const auto batch = static_cast<size_t>(request_.batch);
    for (size_t j = 0; j < jobs; ++j) {
      const Picoseconds added = left_out(carried, s.watched, j, times.exact);
      if (j + batch < jobs) continue;
      times.outputs[j % batch] += added;
    }
    const bool shared = shares_dram() && jobs > 1;  // layers left out want it as well
    if (shared || times.waited_for_space > 0) times.exact = false;
  }

  ComposedTimes within_bounds(ComposedTimes times) const {
    hold_back(times);
    return complete(std::move(times));
  }

  static ComposedTimes complete(ComposedTimes times) {
    times.makespan = *std::max_element(times.outputs.begin(), times.outputs.end());
    return times;
  }

  ComposedTimes decode_by_shape() const {
    FlowTimes flow = flow_tokens({lean_, repeats_, weights()}, request_, request_.prompt - 1);
    return {std::move(flow.outputs), flow.makespan, flow.critical_path, "shape",
            flow.exact && always_fits(lean_, request_) && !reads_head_from_afar()};
  }

  /// Leaves out rounds before and behind; the makespan is what sequences take on average.
  void leave_out_rounds(Index rounds, ComposedTimes& times) const {
    const auto mean = [&](auto from) {
      return std::accumulate(from, from + request_.batch, 0.0) /
             static_cast<double>(request_.batch);
    };
    const auto last = times.outputs.begin() + rounds * request_.batch;
    const auto start = static_cast<Picoseconds>(mean(last));
    times.outputs.erase(times.outputs.begin(), last + request_.batch);
    times.outputs.resize(static_cast<size_t>(request_.generate * request_.batch));
    for (Picoseconds& output : times.outputs) output -= start;
    Request one = request_;
    one.batch = 1;
    times.critical_path =
        flow_tokens({lean_, repeats_, weights()}, one, one.prompt - 1).critical_path;
    const auto taken = static_cast<Picoseconds>(mean(times.outputs.end() - request_.batch));
    times.makespan = std::max(times.critical_path, taken);
  }

  /// Where prompts are in the cache; false: closed forms have to do.
  bool generate_behind(const Request& later, bool unasked, ComposedTimes& times) const {
    if (request_.batch == 1) {
      generate(lean_, repeats_, later, times);
      return true;
    }
    const double tokens = static_cast<double>(later.batch * (later.generate - 1));
    const auto whole = whole_within(unasked ? kRingWork : kAskedWork, tokens);
    if (!whole) return generate_together(later, unasked, times);
    generate(whole->plan, {}, later, times);
    return true;
  }

  /// Every token by events; one of a single sequence finds an empty chip, and layers left out add
  /// what it took in those that stand for them.
  void generate(const TokenPlan& plan, const std::vector<Repeat>& repeats, const Request& request,
                ComposedTimes& times) const {
    const Schedule s = schedule_generated(plan, request, {}, {repeats, times.outputs});
    keep_space(s, times);
    if (times.waited_for_space > 0 && !repeats.empty()) times.exact = false;
    times.outputs = s.outputs;
    end_generated(request, times);
  }

  /// Those of a batch find each other; false: closed forms have to do.
  bool generate_together(const Request& request, bool unasked, ComposedTimes& times) const {
    // a token that goes through layers left out waits in their tiles, not in those of the kept one
    TokenPlan roomy;
    const bool is_bounded = !repeats_.empty() && !lean_.space.empty();
    if (is_bounded) roomy = lean_, roomy.space.clear();
    const RepeatedPlan repeated{is_bounded ? roomy : lean_, repeats_, weights()};
    auto found = generate_batch(repeated, request, times.outputs, unasked ? kRingWork : kAskedWork);
    if (!found) return false;
    times.outputs = std::move(*found);
    times.fidelity = "structure";
    times.exact = false;
    end_generated(request, times);
    return true;
  }

  void end_generated(Request request, ComposedTimes& times) const {
    request.batch = 1;  // sequences do not make the chain longer
    times.critical_path +=
        flow_tokens({lean_, repeats_, weights()}, request, request.prompt).critical_path;
    times.makespan = std::max(*std::max_element(times.outputs.begin(), times.outputs.end()),
                              times.critical_path);
  }

  const Mapping& mapping_;
  const TokenPlan& plan_;
  const Reduction& reduction_;
  const Request request_;
  const Request prompt_;  // no token behind its output
  const CarriedPlan kept_;
  const TokenPlan& lean_;  // of the kept layers
  const std::vector<Repeat> repeats_;
};

}  // namespace

const char* times_are(const std::string& fidelity, bool exact) {
  if (exact) return "exact";
  return fidelity == "shape" ? "lower bounds" : "extrapolated";
}

ComposedTimes compose_times(const Mapping& mapping, const TokenPlan& plan,
                            const Reduction& reduction, const Request& request, Fidelity fidelity) {
  return Composer(mapping, plan, reduction, request).run(fidelity);
}

ComposedTimes compose_decoding(const Mapping& mapping, const TokenPlan& plan,
                               const Reduction& reduction, const Request& request,
                               Fidelity fidelity) {
  return Composer(mapping, plan, reduction, request).decode(fidelity);
}

Schedule as_schedule(const ComposedTimes& times, const Request& request) {
  Schedule s;
  s.makespan = times.makespan;
  s.bounds.critical_path = times.critical_path;
  s.buffer_peaks = times.buffer_peaks;
  if (times.waited_for_space > 0) s.stalls["buffer"] = times.waited_for_space;
  s.outputs = times.outputs;
  s.average(request);
  return s;
}

}  // namespace ohm

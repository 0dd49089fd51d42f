// SPDX-License-Identifier: Apache-2.0
#include "mapping/structure/decode_ring.h"

#include <algorithm>
#include <cmath>

#include "mapping/schedule/schedule.h"
#include "mapping/structure/event_work.h"

namespace ohm {
namespace {

constexpr Index kRounds = 3;      // through the ring: the first is as spread as it begins
constexpr Index kFarApart = 256;  // tokens between which two steps are not enough

/// Mean of the last round, over all sequences.
double last_round(const std::vector<Picoseconds>& outputs, Index batch) {
  double sum = 0.0;
  const auto n = static_cast<size_t>(batch);
  for (size_t s = outputs.size() - n; s < outputs.size(); ++s) {
    sum += static_cast<double>(outputs[s] - outputs[s - n]);
  }
  return sum / static_cast<double>(batch);
}

/// So many sequences, as far apart as a step of this length leaves them once they have spread.
std::vector<Picoseconds> spread(Index batch, double step) {
  std::vector<Picoseconds> starts;
  for (Index s = 0; s < batch; ++s) {
    starts.push_back(std::llround(step * static_cast<double>(s) / static_cast<double>(batch)));
  }
  return starts;
}

class Ring {
 public:
  Ring(const RepeatedPlan& repeated, const Request& request, double work)
      : repeated_(repeated), request_(request), work_(work / event_work(repeated.plan)) {}

  bool takes_all() const {
    return static_cast<double>(request_.batch * (request_.generate - 1)) <= work_;
  }

  /// Every token of every sequence.
  std::vector<Picoseconds> all(const std::vector<Picoseconds>& starts) const {
    Schedule s = schedule_generated(repeated_.plan, request_, {}, {repeated_.repeats, starts});
    const FlowTimes flow = flow_tokens(repeated_, request_, request_.prompt);
    const Picoseconds first = *std::min_element(starts.begin(), starts.end());
    const size_t prompts = starts.size();
    for (size_t i = prompts; i < s.outputs.size(); ++i) {
      s.outputs[i] = std::max(s.outputs[i], first + flow.outputs[i - prompts]);
    }
    return std::move(s.outputs);
  }

  /// The same from steps at some of them, as many as there is time for; empty if for none.
  std::vector<Picoseconds> sampled(const std::vector<Picoseconds>& starts) const {
    std::vector<Index> tokens = samples();
    std::vector<double> steps = steps_at(tokens);
    if (steps.empty()) {
      tokens = {(request_.prompt + request_.tokens() - 1) / 2};
      steps = steps_at(tokens);
    }
    if (steps.empty()) return {};
    std::vector<Picoseconds> outputs = starts;
    for (Index t = request_.prompt; t < request_.tokens(); ++t) {
      const Picoseconds step = std::llround(between(tokens, steps, t));
      for (Index s = 0; s < request_.batch; ++s) {
        outputs.push_back(outputs[outputs.size() - starts.size()] + step);
      }
    }
    return outputs;
  }

  /// No step of all sequences behind which token `token` stands is shorter.
  double least_step(Index token) const {
    const Request rounds = rounds_to(token);
    return std::max(alone(rounds, repeated_.repeats), last_flow(rounds));
  }

 private:
  /// The first and the last token that is generated, and one amid many.
  std::vector<Index> samples() const {
    const Index first = request_.prompt, last = request_.tokens() - 1;
    if (last == first) return {first};
    if (last - first <= kFarApart) return {first, last};
    return {first, first + (last - first) / 2, last};
  }

  /// Steps of these tokens; empty if that takes too long.
  std::vector<double> steps_at(const std::vector<Index>& tokens) const {
    std::vector<double> steps;
    for (const Index token : tokens) {
      const double step = step_at(token, work_ / static_cast<double>(std::ssize(tokens)));
      if (step <= 0.0) return {};
      steps.push_back(step);
    }
    return steps;
  }

  static double between(const std::vector<Index>& tokens, const std::vector<double>& steps,
                        Index t) {
    if (tokens.size() == 1) return steps.front();
    const size_t i = tokens.size() == 3 && t > tokens[1] ? 1 : 0;
    const double share =
        static_cast<double>(t - tokens[i]) / static_cast<double>(tokens[i + 1] - tokens[i]);
    return steps[i] + share * (steps[i + 1] - steps[i]);
  }

  /// Rounds of which the last one's token is this.
  Request rounds_to(Index token) const {
    Request rounds = request_;
    rounds.prompt = std::max<Index>(1, token - kRounds + 1);
    rounds.generate = kRounds + 1;
    return rounds;
  }

  double last_flow(const Request& rounds) const {
    return last_round(flow_tokens(repeated_, rounds, rounds.prompt).outputs, request_.batch);
  }

  double alone(Request request, const std::vector<Repeat>& repeats) const {
    request.batch = 1;
    request.prompt += request.generate - 2;
    request.generate = 2;
    const Schedule s = schedule_generated(repeated_.plan, request, {}, {repeats, {}});
    return static_cast<double>(s.outputs.back());
  }

  /// A step of all sequences behind which token `token` stands; 0 if `jobs` do not suffice.
  double step_at(Index token, double jobs) const {
    Request rounds = rounds_to(token);
    const double least = last_flow(rounds);
    const double whole = alone(rounds, repeated_.repeats), kept = alone(rounds, {});
    const auto all = static_cast<double>(request_.batch);
    const auto fewest = static_cast<Index>(std::ceil(all * kept / whole));
    const auto most = static_cast<Index>(std::min(all, jobs / static_cast<double>(kRounds)));
    if (most < fewest) return 0.0;
    std::vector<Repeat> repeats = repeated_.repeats;
    if (most < request_.batch) {
      const double share = (whole * static_cast<double>(most) / all - kept) / (whole - kept);
      for (Repeat& repeat : repeats) {
        repeat.times = static_cast<Index>(share * static_cast<double>(repeat.times));
      }
    }
    const double ring = alone(rounds, repeats);
    rounds.batch = std::clamp<Index>(std::llround(all * ring / whole), 1, most);
    const double shorter = ring / whole;
    const auto starts = spread(rounds.batch, shorter * std::max(whole, least));
    const Schedule s = schedule_generated(repeated_.plan, rounds, {}, {repeats, starts});
    return std::max(least, last_round(s.outputs, rounds.batch) / shorter);
  }

  const RepeatedPlan& repeated_;
  const Request request_;
  const double work_;  // in tokens
};

}  // namespace

std::vector<Picoseconds> spread_starts(const RepeatedPlan& repeated, const Request& request) {
  if (request.batch == 1) return {0};
  return spread(request.batch, Ring(repeated, request, 0.0).least_step(request.prompt));
}

std::optional<std::vector<Picoseconds>> generate_batch(const RepeatedPlan& repeated,
                                                       const Request& request,
                                                       const std::vector<Picoseconds>& starts,
                                                       double work) {
  const Ring ring(repeated, request, work);
  if (ring.takes_all()) return ring.all(starts);
  std::vector<Picoseconds> outputs = ring.sampled(starts);
  if (outputs.empty()) return std::nullopt;
  return outputs;
}

}  // namespace ohm

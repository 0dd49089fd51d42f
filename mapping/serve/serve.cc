// SPDX-License-Identifier: Apache-2.0
#include "mapping/serve/serve.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"

namespace ohm {
namespace {

constexpr double kSecondsPerPicosecond = 1e-12;

double seconds(Picoseconds time) {
  return static_cast<double>(time) * kSecondsPerPicosecond;
}

/// The machine, its waiting line and the sequences on it.
class Server {
 public:
  Server(const StepTimes& machine, const ServingSpec& spec)
      : machine_(machine),
        continuous_(spec.batching == "continuous"),
        max_batch_(spec.max_batch),
        room_(spec.kv_tokens > 0 ? std::min(spec.kv_tokens, machine.kv_capacity())
                                 : machine.kv_capacity()) {
    for (const ArrivingRequest& request : requests_of(spec)) {
      require_room(request);
      result_.served.push_back({request});
    }
  }

  ServeResult run() {
    now_ = served(0).request.arrival;
    while (next_ < count() || !active_.empty()) {
      if (const std::vector<Index> admitted = admit(); !admitted.empty()) {
        prefill(admitted);
      } else if (!active_.empty()) {
        decode();
      } else {
        now_ = served(next_).request.arrival;
      }
    }
    return std::move(result_);
  }

 private:
  struct Sequence {
    Index number = 0;
    Decoding now;
    Index remaining = 0;
  };

  ServedRequest& served(Index number) { return result_.served[static_cast<size_t>(number)]; }
  Index count() const { return std::ssize(result_.served); }

  /// Tokens that are kept of a request.
  Index kept(const ArrivingRequest& request) const {
    return request.tokens() + machine_.start_tokens();
  }

  void require_room(const ArrivingRequest& request) const {
    if (kept(request) <= room_) return;
    throw ArgumentError(fmt::format(
        "serve: a request of {} + {} tokens; the machine keeps keys and values of {} at most: "
        "shorten it, or raise kv_tokens or the memory",
        request.prompt, request.generate, room_));
  }

  /// Requests that start now, in the order of their arrival.
  std::vector<Index> admit() {
    std::vector<Index> admitted;
    if (!continuous_ && !active_.empty()) return admitted;
    while (next_ < count() && served(next_).request.arrival <= now_ &&
           std::ssize(active_) + std::ssize(admitted) < max_batch_ &&
           kept(served(next_).request) <= room_) {
      room_ -= kept(served(next_).request);
      admitted.push_back(next_++);
    }
    return admitted;
  }

  void spend(const StepCost& cost) {
    if (cost.time >= kLastTime - now_) {
      throw ArgumentError(fmt::format(
          "serve: the requests take longer than {:.3g} s in all, more than times in whole "
          "picoseconds hold: send fewer or shorter ones, or check the machine's rates",
          seconds(kLastTime)));
    }
    now_ += cost.time;
    result_.busy += cost.time;
    result_.energy += cost.energy;
    ++result_.passes;
  }

  void finish(Index number) {
    served(number).done = now_;
    room_ += kept(served(number).request);
  }

  void prefill(const std::vector<Index>& admitted) {
    lengths_.clear();
    for (const Index number : admitted) {
      served(number).start = now_;
      lengths_.push_back(served(number).request.prompt);
      result_.input_tokens += lengths_.back();
    }
    spend(machine_.prefill(lengths_));
    for (const Index number : admitted) {
      const ArrivingRequest& request = served(number).request;
      served(number).first = now_;
      if (request.generate > 0) ++result_.output_tokens;
      if (request.generate <= 1)
        finish(number);
      else
        active_.push_back({number, {request.prompt, 1}, request.generate - 1});
    }
  }

  void decode() {
    decoding_.clear();
    for (const Sequence& sequence : active_) decoding_.push_back(sequence.now);
    spend(machine_.decode(decoding_));
    decoded_ += std::ssize(active_);
    ++steps_;
    result_.mean_batch = static_cast<double>(decoded_) / static_cast<double>(steps_);
    result_.output_tokens += std::ssize(active_);
    for (Sequence& sequence : active_) {
      ++sequence.now.generated;
      if (--sequence.remaining == 0) finish(sequence.number);
    }
    std::erase_if(active_, [](const Sequence& s) { return s.remaining == 0; });
  }

  const StepTimes& machine_;
  bool continuous_;
  Index max_batch_, room_;
  ServeResult result_;
  Picoseconds now_ = 0;
  Index next_ = 0;  // of the requests, which have not started
  std::vector<Sequence> active_;
  std::vector<Index> lengths_;      // of prompts
  std::vector<Decoding> decoding_;  // sequences of a step
  Index decoded_ = 0, steps_ = 0;
};

void fill_distributions(ServeResult& result) {
  std::vector<double> ttft, tpot, latency, waiting;
  for (const ServedRequest& s : result.served) {
    ttft.push_back(seconds(s.ttft()));
    latency.push_back(seconds(s.latency()));
    waiting.push_back(seconds(s.waiting()));
    if (s.request.generate < 2) continue;
    tpot.push_back(seconds(s.done - s.first) / static_cast<double>(s.request.generate - 1));
  }
  result.ttft = distribution_of(ttft);
  result.tpot = distribution_of(tpot);
  result.latency = distribution_of(latency);
  result.waiting = distribution_of(waiting);
}

double per(double amount, double whole) {
  return whole > 0.0 ? amount / whole : 0.0;
}

void fill_rates(ServeResult& result, Watts idle) {
  Picoseconds last = 0;
  double waited = 0.0;  // of a million requests: more than Picoseconds hold
  for (const ServedRequest& s : result.served) {
    last = std::max(last, s.done);
    waited += static_cast<double>(s.waiting());
  }
  result.makespan = last - result.served.front().request.arrival;
  const double time = seconds(result.makespan);
  const auto in = static_cast<double>(result.input_tokens);
  const auto out = static_cast<double>(result.output_tokens);
  result.input_tokens_per_s = per(in, time);
  result.output_tokens_per_s = per(out, time);
  result.total_tokens_per_s = per(in + out, time);
  result.tokens_per_s_per_user = per(1.0, result.tpot.mean);
  result.energy += idle * Seconds(seconds(result.makespan - result.busy));
  result.output_tokens_per_j = per(out, result.energy.si());
  result.total_tokens_per_j = per(in + out, result.energy.si());
  result.mean_queue = per(waited, static_cast<double>(result.makespan));
  result.longest_queue = longest_queue(result.served);
}

}  // namespace

ServeResult serve(const StepTimes& machine, const ServingSpec& spec) {
  ServeResult result = Server(machine, spec).run();
  fill_distributions(result);
  fill_rates(result, machine.idle());
  return result;
}

}  // namespace ohm

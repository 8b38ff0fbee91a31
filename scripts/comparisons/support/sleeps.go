// sleeps COUNT: as many goroutines, each of which sleeps for 46 ms. Prints JSON; a peak is that of this program, and
// not of who started it.
package main

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"sync"
	"syscall"
	"time"
)

func cpu() time.Duration {
	var used syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &used)
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

func peakBytes() int {
	status, _ := os.ReadFile("/proc/self/status")
	kilobytes, _ := strconv.Atoi(string(regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(status)[1]))
	return kilobytes * 1024
}

func main() {
	count, _ := strconv.Atoi(os.Args[1])
	begun, before := time.Now(), cpu()
	var all sync.WaitGroup
	all.Add(count)
	for i := 0; i < count; i++ {
		go func() {
			time.Sleep(46 * time.Millisecond)
			all.Done()
		}()
	}
	all.Wait()
	taken, used := time.Since(begun), cpu()-before
	fmt.Printf("{\"seconds\": %f, \"cpu_s\": %f, \"peak_bytes\": %d}\n", taken.Seconds(), used.Seconds(), peakBytes())
}

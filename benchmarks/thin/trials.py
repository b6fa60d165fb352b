"""`counter.storm`, thin."""

from dataclasses import replace

from lydite_subjects.counter import faults, trials

thin = replace(trials.storm, name="thin", storm=replace(faults.everything, faults=(1, 3)))

/* one_of_many.h - comes before a test program that is linked together with the others of its folder
 * (programs.c): its main() gets the program's name, PROGRAM. */
#ifndef TESTS_ONE_OF_MANY_H
#define TESTS_ONE_OF_MANY_H

#define main PROGRAM
int main(void);

#endif
